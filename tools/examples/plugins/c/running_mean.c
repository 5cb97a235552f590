/* y = x - mean, mean[c] a running mean over the batches of training: a layer with state, and a map of channels when
 * predicting. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

typedef struct running_mean {
  double momentum;
} running_mean;

static void *create(const nnrun_value *values, nnrun_error *error) {
  running_mean *layer = malloc(sizeof *layer);
  if (!layer) return fail(error, "there is no memory", "", "");
  layer->momentum = values[0].number;
  return layer;
}

static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t count, nnrun_plan *plan, nnrun_error *error) {
  (void)layer, (void)count;
  if (inputs[0].rank < 1) {
    fail(error, "<runningMean> reads at least one dimension, the channels", "", "");
    return 1;
  }
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->state_count = 1;
  plan->states[0] = (nnrun_state){.name = "running_mean", .shape = row(inputs[0].sizes[0])};
  plan->forward_operations = 3 * elements(&inputs[0]);
  plan->backward_operations = elements(&inputs[0]);
  return 0;
}

#define REAL float
#define NAME(x) x##_float
#include "running_mean_passes.h"
#define REAL double
#define NAME(x) x##_double
#include "running_mean_passes.h"

static void channel_map(void *layer, int64_t channels, const double *const *parameters, const double *const *states,
                        double *scale, double *shift) {
  (void)layer, (void)parameters;
  for (int64_t c = 0; c < channels; c++) {
    scale[c] = 1;
    shift[c] = -states[0][c];
  }
}

static void facts(void *layer, nnrun_facts *facts) {
  (void)layer;
  facts->channel_map = channel_map;
}

static const nnrun_attribute attributes[] = {
  {.name = "momentum", .kind = NNRUN_NUMBER, .default_value = "0.1", .lower = 0, .upper = 1, .excludes_lower = 1,
   .documentation = "The share of a batch's mean in the running mean."}};

const nnrun_layer running_mean_layer = {
  .size = sizeof(nnrun_layer), .kind = NNRUN_LAYER, .name = "runningMean",
  .summary = "Takes a running mean of each channel away.", .formula = "y = x - mean[c]; mean := (1 - m) mean + m batch mean",
  .example = "<acme:runningMean momentum=\"0.1\"/>", .minimum_inputs = 1, .maximum_inputs = 1, .attributes = attributes,
  .attribute_count = 1, .create = create, .destroy = free, .plan = plan, .forward_float = forward_float,
  .backward_float = backward_float, .forward_double = forward_double, .backward_double = backward_double, .facts = facts};
