/* The passes of layerNorm: a chunk is a sample. Sums are in double precision. */
typedef struct NAME(forward_work) {
  const layer_norm *layer;
  const nnrun_forward *call;
} NAME(forward_work);

static void NAME(forward_sample)(void *argument, int64_t sample) {
  const NAME(forward_work) *work = argument;
  const nnrun_forward *call = work->call;
  int64_t width = call->parameters[0].count;
  const REAL *x = (const REAL *)call->inputs[0].data + sample * width;
  const REAL *weight = call->parameters[0].data, *bias = call->parameters[1].data;
  REAL *y = (REAL *)call->outputs[0].data + sample * width;
  double mean = 0, variance = 0;
  for (int64_t i = 0; i < width; i++) mean += (double)x[i];
  mean /= (double)width;
  for (int64_t i = 0; i < width; i++) variance += ((double)x[i] - mean) * ((double)x[i] - mean);
  double factor = 1 / sqrt(variance / (double)width + work->layer->epsilon);
  for (int64_t i = 0; i < width; i++) y[i] = weight[i] * (REAL)(((double)x[i] - mean) * factor) + bias[i];
  if (call->saved.count >= 2 * call->batch) {
    REAL *saved = (REAL *)call->saved.data + 2 * sample;
    saved[0] = (REAL)mean;
    saved[1] = (REAL)factor;
  }
}

static void NAME(forward)(void *layer, const nnrun_forward *call) {
  NAME(forward_work) work = {layer, call};
  call->host->parallel(call->host, call->batch, NAME(forward_sample), &work);
}

static void NAME(backward_sample)(void *argument, int64_t sample) {
  const nnrun_backward *call = argument;
  int64_t width = call->parameters[0].count;
  const REAL *x = (const REAL *)call->inputs[0].data + sample * width;
  const REAL *upstream = (const REAL *)call->upstream[0].data + sample * width;
  const REAL *weight = call->parameters[0].data, *saved = (const REAL *)call->saved.data + 2 * sample;
  double mean = saved[0], factor = saved[1], sum = 0, product = 0;
  for (int64_t i = 0; i < width; i++) {
    double gradient = (double)upstream[i] * (double)weight[i];
    sum += gradient;
    product += gradient * ((double)x[i] - mean) * factor;
  }
  sum /= (double)width;
  product /= (double)width;
  for (int64_t i = 0; i < width; i++) {
    double normal = ((double)x[i] - mean) * factor;
    PUT(call->downstream[0], sample * width + i,
        (REAL)(factor * ((double)upstream[i] * (double)weight[i] - sum - normal * product)));
  }
}

static void NAME(backward)(void *layer, const nnrun_backward *call) {
  (void)layer;
  if (call->downstream[0].is_wanted) {
    call->host->parallel(call->host, call->batch, NAME(backward_sample), (void *)call);
  }
  int64_t width = call->parameters[0].count;
  const REAL *x = call->inputs[0].data, *upstream = call->upstream[0].data, *saved = call->saved.data;
  for (int64_t i = 0; i < width; i++) {
    double weight = 0, bias = 0;
    for (int64_t sample = 0; sample < call->batch; sample++) {
      double gradient = upstream[sample * width + i];
      weight += gradient * ((double)x[sample * width + i] - (double)saved[2 * sample]) * (double)saved[2 * sample + 1];
      bias += gradient;
    }
    if (call->parameter_gradients[0].is_wanted) PUT(call->parameter_gradients[0], i, (REAL)weight);
    if (call->parameter_gradients[1].is_wanted) PUT(call->parameter_gradients[1], i, (REAL)bias);
  }
}

#undef REAL
#undef NAME
