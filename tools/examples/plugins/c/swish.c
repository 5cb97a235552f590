/* y = x sigmoid(beta x): an activation with an attribute. Ramachandran, Zoph and Le 2017. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

typedef struct swish {
  double beta;
} swish;

static void *create(const nnrun_value *values, nnrun_error *error) {
  swish *layer = malloc(sizeof *layer);
  if (!layer) return fail(error, "there is no memory", "", "");
  layer->beta = values[0].number;
  return layer;
}

static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t count, nnrun_plan *plan, nnrun_error *error) {
  (void)layer, (void)count, (void)error;
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->flags = NNRUN_NEEDS_INPUTS | NNRUN_RUNS_IN_PLACE;
  plan->forward_operations = 4 * elements(&inputs[0]);
  plan->backward_operations = 8 * elements(&inputs[0]);
  return 0;
}

#define REAL float
#define NAME(x) x##_float
#include "swish_passes.h"
#define REAL double
#define NAME(x) x##_double
#include "swish_passes.h"

static const nnrun_attribute attributes[] = {
  {.name = "beta", .kind = NNRUN_NUMBER, .default_value = "1", .lower = -INFINITY, .upper = INFINITY,
   .documentation = "How steep the gate is."}};

const nnrun_layer swish_layer = {
  .size = sizeof(nnrun_layer), .kind = NNRUN_LAYER, .name = "swish", .summary = "The input times a sigmoid of it.",
  .formula = "y = x sigmoid(beta x)", .reference = "Ramachandran, Zoph and Le 2017", .example = "<acme:swish beta=\"1.5\"/>",
  .minimum_inputs = 1, .maximum_inputs = 1, .attributes = attributes, .attribute_count = 1, .create = create,
  .destroy = free, .plan = plan, .forward_float = forward_float, .backward_float = backward_float,
  .forward_double = forward_double, .backward_double = backward_double};
