/* The passes of runningMean. The mean that a batch changes is used from the next batch on, so gradients pass unchanged. */
static void NAME(forward)(void *layer, const nnrun_forward *call) {
  const running_mean *self = layer;
  int64_t channels = call->states[0].count, sample = call->inputs[0].count / call->batch, span = sample / channels;
  const REAL *x = call->inputs[0].data;
  REAL *y = call->outputs[0].data, *mean = call->states[0].data;
  for (int64_t c = 0; c < channels; c++) {
    double sum = 0;
    for (int64_t s = 0; s < call->batch; s++) {
      for (int64_t i = s * sample + c * span; i < s * sample + (c + 1) * span; i++) {
        sum += (double)x[i];
        y[i] = x[i] - mean[c];
      }
    }
    if (call->is_training) {
      double batch_mean = sum / (double)(call->batch * span);
      mean[c] = (REAL)((1 - self->momentum) * (double)mean[c] + self->momentum * batch_mean);
    }
  }
}

static void NAME(backward)(void *layer, const nnrun_backward *call) {
  (void)layer;
  if (!call->downstream[0].is_wanted) return;
  const REAL *upstream = call->upstream[0].data;
  for (int64_t i = 0; i < call->upstream[0].count; i++) PUT(call->downstream[0], i, upstream[i]);
}

#undef REAL
#undef NAME
