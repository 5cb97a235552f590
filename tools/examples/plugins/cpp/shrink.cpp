// A library in C++: soft shrinkage, y = x - threshold above the threshold, x + threshold below minus the threshold, else 0.
// One template serves both precisions.
#include "nnrun_layer.h"

#include <cmath>
#include <cstdio>
#include <new>

namespace {

struct Shrink {
  double threshold;
};

void *create(const nnrun_value *values, nnrun_error *error) {
  auto *layer = new (std::nothrow) Shrink{values[0].number};
  if (!layer) std::snprintf(error->message, sizeof error->message, "there is no memory");
  return layer;
}

void destroy(void *layer) { delete static_cast<Shrink *>(layer); }

int32_t plan(void *, const nnrun_shape *inputs, int32_t, nnrun_plan *plan, nnrun_error *) {
  int64_t elements = 1;
  for (int32_t axis = 0; axis < inputs[0].rank; axis++) elements *= inputs[0].sizes[axis];
  plan->output_count = 1;
  plan->outputs[0] = inputs[0];
  plan->flags = NNRUN_NEEDS_INPUTS;
  plan->forward_operations = 2 * elements;
  plan->backward_operations = 2 * elements;
  return 0;
}

template <typename Real>
void forward(void *layer, const nnrun_forward *call) {
  const Real threshold = static_cast<Real>(static_cast<const Shrink *>(layer)->threshold);
  const auto *x = static_cast<const Real *>(call->inputs[0].data);
  auto *y = static_cast<Real *>(call->outputs[0].data);
  for (int64_t i = 0; i < call->inputs[0].count; i++) {
    const Real rest = std::fabs(x[i]) - threshold;
    y[i] = rest > 0 ? std::copysign(rest, x[i]) : Real(0);
  }
}

template <typename Real>
void backward(void *layer, const nnrun_backward *call) {
  const nnrun_gradient &downstream = call->downstream[0];
  if (!downstream.is_wanted) return;
  const Real threshold = static_cast<Real>(static_cast<const Shrink *>(layer)->threshold);
  const auto *x = static_cast<const Real *>(call->inputs[0].data);
  const auto *upstream = static_cast<const Real *>(call->upstream[0].data);
  auto *result = static_cast<Real *>(downstream.data);
  for (int64_t i = 0; i < downstream.count; i++) {
    const Real gradient = std::fabs(x[i]) > threshold ? upstream[i] : Real(0);
    result[i] = downstream.accumulates ? result[i] + gradient : gradient;
  }
}

nnrun_attribute threshold() {
  nnrun_attribute attribute{};
  attribute.name = "threshold";
  attribute.kind = NNRUN_NUMBER;
  attribute.default_value = "0.5";
  attribute.lower = 0;
  attribute.upper = INFINITY;
  attribute.documentation = "Magnitudes below it become 0.";
  return attribute;
}

nnrun_layer shrink(const nnrun_attribute *attributes) {
  nnrun_layer layer{};
  layer.size = sizeof layer;
  layer.kind = NNRUN_LAYER;
  layer.name = "shrink";
  layer.summary = "Moves numbers towards 0 by a threshold, and small ones to 0.";
  layer.formula = "y = sign(x) max(|x| - threshold, 0)";
  layer.reference = "Donoho 1995";
  layer.example = "<cpp:shrink threshold=\"0.25\"/>";
  layer.minimum_inputs = layer.maximum_inputs = 1;
  layer.attributes = attributes;
  layer.attribute_count = 1;
  layer.create = create;
  layer.destroy = destroy;
  layer.plan = plan;
  layer.forward_float = forward<float>;
  layer.backward_float = backward<float>;
  layer.forward_double = forward<double>;
  layer.backward_double = backward<double>;
  return layer;
}

}  // namespace

extern "C" const nnrun_library *nnrun_plugin(uint32_t host_abi) {
  static const nnrun_attribute attribute = threshold();
  static const nnrun_layer layer = shrink(&attribute);
  static const nnrun_layer *const layers[] = {&layer};
  static const nnrun_library library = [] {
    nnrun_library description{};
    description.abi = NNRUN_ABI;
    description.size = sizeof description;
    description.name = "cpp";
    description.version = "1.0.0";
    description.namespace_uri = "urn:acme:cpp";
    description.layer_count = 1;
    description.layers = layers;
    return description;
  }();
  return host_abi >= NNRUN_ABI ? &library : nullptr;
}
