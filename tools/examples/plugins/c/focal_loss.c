/* -(1 - p)^gamma log p of the right class's probability p = softmax(x)[t]. Lin et al. 2017. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

typedef struct focal_loss {
  double gamma;
} focal_loss;

static void *create(const nnrun_value *values, nnrun_error *error) {
  focal_loss *layer = malloc(sizeof *layer);
  if (!layer) return fail(error, "there is no memory", "", "");
  layer->gamma = values[0].number;
  return layer;
}

static int32_t plan(void *layer, const nnrun_shape *inputs, int32_t count, nnrun_plan *plan, nnrun_error *error) {
  (void)layer, (void)count;
  int64_t classes = elements(&inputs[0]);
  if (inputs[0].rank != 1 || classes < 2) {
    fail(error, "<focalLoss> reads a row of at least two scores", "put <dense units=\"…\"/> before it", "");
    return 1;
  }
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->target_count = 1;
  plan->targets[0] = (nnrun_target){.classes = classes, .shape = row(1)};
  plan->flags = NNRUN_NEEDS_OUTPUTS;
  plan->forward_operations = 6 * classes;
  plan->backward_operations = 4 * classes;
  return 0;
}

#define REAL float
#define NAME(x) x##_float
#include "focal_loss_passes.h"
#define REAL double
#define NAME(x) x##_double
#include "focal_loss_passes.h"

static void facts(void *layer, nnrun_facts *facts) {
  (void)layer;
  facts->prediction = NNRUN_PROBABILITIES;
}

static const nnrun_attribute attributes[] = {
  {.name = "gamma", .kind = NNRUN_NUMBER, .default_value = "2", .lower = 0, .upper = INFINITY,
   .documentation = "How little samples count that are right already; 0 is softmax cross-entropy."}};

const nnrun_layer focal_loss_layer = {
  .size = sizeof(nnrun_layer), .kind = NNRUN_LOSS, .name = "focalLoss",
  .summary = "Cross-entropy that looks away from what is right already.", .formula = "L = -(1 - p)^gamma log p, p = softmax(x)[t]",
  .reference = "Lin, Goyal, Girshick, He and Dollar 2017", .example = "<acme:focalLoss gamma=\"2\"/>", .minimum_inputs = 1,
  .maximum_inputs = 1, .attributes = attributes, .attribute_count = 1, .create = create, .destroy = free, .plan = plan,
  .forward_float = forward_float, .backward_float = backward_float, .forward_double = forward_double,
  .backward_double = backward_double, .facts = facts};
