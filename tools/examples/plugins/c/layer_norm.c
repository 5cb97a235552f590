/* Each sample to mean 0 and variance 1, then a trainable scale and shift for each element. Ba, Kiros and Hinton 2016. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

typedef struct layer_norm {
  double epsilon;
} layer_norm;

static void *create(const nnrun_value *values, nnrun_error *error) {
  layer_norm *layer = malloc(sizeof *layer);
  if (!layer) return fail(error, "there is no memory", "", "");
  layer->epsilon = values[0].number;
  return layer;
}

static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t count, nnrun_plan *plan, nnrun_error *error) {
  (void)layer, (void)count, (void)error;
  int64_t width = elements(&inputs[0]);
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->parameter_count = 2;
  plan->parameters[0] = (nnrun_parameter){
    .name = "weight", .shape = row(width), .initializer = NNRUN_CONSTANT, .scale = 1, .fan_in = 1, .fan_out = 1};
  plan->parameters[1] = (nnrun_parameter){
    .name = "bias", .shape = row(width), .initializer = NNRUN_CONSTANT, .scale = 0, .fan_in = 1, .fan_out = 1};
  plan->saved_per_sample = 2; /* the mean, and 1 over the deviation */
  plan->flags = NNRUN_NEEDS_INPUTS;
  plan->forward_operations = 8 * width;
  plan->backward_operations = 14 * width;
  return 0;
}

#define REAL float
#define NAME(x) x##_float
#include "layer_norm_passes.h"
#define REAL double
#define NAME(x) x##_double
#include "layer_norm_passes.h"

static const nnrun_attribute attributes[] = {
  {.name = "epsilon", .kind = NNRUN_NUMBER, .default_value = "1e-5", .lower = 0, .upper = INFINITY, .excludes_lower = 1,
   .documentation = "Added to the variance, against division by zero."}};

const nnrun_layer layer_norm_layer = {
  .size = sizeof(nnrun_layer), .kind = NNRUN_LAYER, .name = "layerNorm",
  .summary = "Each sample to mean 0 and variance 1, then a trainable scale and shift.",
  .formula = "y = weight (x - mean) / sqrt(variance + epsilon) + bias", .reference = "Ba, Kiros and Hinton 2016",
  .example = "<acme:layerNorm/>", .minimum_inputs = 1, .maximum_inputs = 1, .attributes = attributes,
  .attribute_count = 1, .create = create, .destroy = free, .plan = plan, .forward_float = forward_float,
  .backward_float = backward_float, .forward_double = forward_double, .backward_double = backward_double};
