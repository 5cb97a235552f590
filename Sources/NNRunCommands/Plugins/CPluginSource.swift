/// The source of the plug-in in C that `nnrun plugin new` writes.
enum CPluginSource {
  static let text = #"""
    /* Layers for nnrun; nnrun_layer.h explains everything that is used here. */
    #include "nnrun_layer.h"

    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>

    /* y = x sigmoid(beta x) */
    typedef struct swishish {
      double beta;
    } swishish;

    static void *create(const nnrun_value *values, nnrun_error *error) {
      swishish *layer = malloc(sizeof *layer);
      if (!layer) {
        snprintf(error->message, sizeof error->message, "there is no memory");
        return NULL;
      }
      layer->beta = values[0].number;
      return layer;
    }

    static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t input_count, nnrun_plan *plan, nnrun_error *error) {
      (void)layer, (void)input_count, (void)error;
      int64_t elements = 1;
      for (int32_t axis = 0; axis < inputs[0].rank; axis++) elements *= inputs[0].sizes[axis];
      plan->output_count = 1;
      plan->outputs[0] = inputs[0];
      plan->flags = NNRUN_NEEDS_INPUTS;
      plan->forward_operations = 4 * elements;
      plan->backward_operations = 8 * elements;
      return 0;
    }

    /* Both precisions from one source. */
    #define PASSES(REAL, EXP, SUFFIX)                                                              \
      static void forward_##SUFFIX(void *layer, const nnrun_forward *call) {                       \
        const REAL beta = (REAL)((const swishish *)layer)->beta, *x = call->inputs[0].data;        \
        REAL *y = call->outputs[0].data;                                                           \
        for (int64_t i = 0; i < call->inputs[0].count; i++) y[i] = x[i] / (1 + EXP(-beta * x[i])); \
      }                                                                                            \
      static void backward_##SUFFIX(void *layer, const nnrun_backward *call) {                     \
        const REAL beta = (REAL)((const swishish *)layer)->beta, *x = call->inputs[0].data;        \
        const REAL *upstream = call->upstream[0].data;                                             \
        const nnrun_gradient *downstream = &call->downstream[0];                                   \
        REAL *result = downstream->data;                                                           \
        if (!downstream->is_wanted) return;                                                        \
        for (int64_t i = 0; i < downstream->count; i++) {                                          \
          REAL gate = 1 / (1 + EXP(-beta * x[i]));                                                 \
          REAL gradient = upstream[i] * (gate + beta * x[i] * gate * (1 - gate));                  \
          result[i] = downstream->accumulates ? result[i] + gradient : gradient;                   \
        }                                                                                          \
      }

    PASSES(float, expf, float)
    PASSES(double, exp, double)

    static const nnrun_attribute attributes[] = {
      {.name = "beta", .kind = NNRUN_NUMBER, .default_value = "1", .lower = -INFINITY, .upper = INFINITY,
       .documentation = "How steep the gate is."},
    };

    static const nnrun_layer swishish_layer = {
      .size = sizeof(nnrun_layer), .kind = NNRUN_LAYER, .name = "swishish",
      .summary = "The input times a sigmoid of it.", .formula = "y = x sigmoid(beta x)",
      .reference = "Ramachandran, Zoph and Le 2017", .example = "<p:swishish beta=\"1.5\"/>",
      .minimum_inputs = 1, .maximum_inputs = 1, .attributes = attributes, .attribute_count = 1,
      .create = create, .destroy = free, .plan = plan, .forward_float = forward_float,
      .backward_float = backward_float, .forward_double = forward_double, .backward_double = backward_double,
    };

    /* The library. */
    static const nnrun_layer *const layers[] = {&swishish_layer};

    static const nnrun_library library = {
      .abi = NNRUN_ABI, .size = sizeof(nnrun_library), .name = "NAME", .version = "0.1.0",
      .namespace_uri = "urn:NAME:layers", .layer_count = 1, .layers = layers,
    };

    const nnrun_library *nnrun_plugin(uint32_t host_abi) { return host_abi >= NNRUN_ABI ? &library : NULL; }

    """#
}
