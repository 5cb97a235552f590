/* y = g a + (1 - g) b + shift with g = sigmoid(gate): two inputs, two trainable rows. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

static char nothing; /* the layer has no attributes, so nothing to remember */

static void *create(const nnrun_value *values, nnrun_error *error) {
  (void)values, (void)error;
  return &nothing;
}

static void destroy(void *layer) { (void)layer; }

static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t count, nnrun_plan *plan, nnrun_error *error) {
  (void)layer, (void)count;
  int64_t width = elements(&inputs[0]);
  if (elements(&inputs[1]) != width) {
    snprintf(error->message, sizeof error->message, "<mixture> reads inputs of one size, not of %lld and %lld elements",
             (long long)width, (long long)elements(&inputs[1]));
    snprintf(error->remedy, sizeof error->remedy, "put a <dense units=\"%lld\"/> before the second one", (long long)width);
    return 1;
  }
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->parameter_count = 2;
  plan->parameters[0] = (nnrun_parameter){
    .name = "gate", .shape = row(width), .initializer = NNRUN_NORMAL, .scale = 0.1, .fan_in = 1, .fan_out = 1, .decays = 1};
  plan->parameters[1] = (nnrun_parameter){
    .name = "shift", .shape = row(width), .initializer = NNRUN_CONSTANT, .fan_in = 1, .fan_out = 1};
  plan->flags = NNRUN_NEEDS_INPUTS;
  plan->forward_operations = 5 * width;
  plan->backward_operations = 9 * width;
  return 0;
}

#define REAL float
#define NAME(x) x##_float
#include "mixture_passes.h"
#define REAL double
#define NAME(x) x##_double
#include "mixture_passes.h"

const nnrun_layer mixture_layer = {
  .size = sizeof(nnrun_layer), .kind = NNRUN_LAYER, .name = "mixture",
  .summary = "A learned mixture of two inputs, element by element.", .formula = "y = g a + (1 - g) b + shift, g = sigmoid(gate)",
  .example = "<acme:mixture from=\"a b\"/>", .minimum_inputs = 2, .maximum_inputs = 2, .create = create, .destroy = destroy,
  .plan = plan, .forward_float = forward_float, .backward_float = backward_float, .forward_double = forward_double,
  .backward_double = backward_double};
