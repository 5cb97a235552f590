/* The passes of swish, cut into chunks that do not depend on the number of threads. */
enum { NAME(CHUNK) = 4096 };

typedef struct NAME(forward_work) {
  const REAL *x;
  REAL *y, beta;
  int64_t count;
} NAME(forward_work);

static void NAME(forward_chunk)(void *argument, int64_t chunk) {
  const NAME(forward_work) *work = argument;
  int64_t end = smaller((chunk + 1) * NAME(CHUNK), work->count);
  for (int64_t i = chunk * NAME(CHUNK); i < end; i++)
    work->y[i] = work->x[i] / (1 + (REAL)exp(-(double)(work->beta * work->x[i])));
}

static void NAME(forward)(void *layer, const nnrun_forward *call) {
  NAME(forward_work) work = {
    call->inputs[0].data, call->outputs[0].data, (REAL)((const swish *)layer)->beta, call->inputs[0].count};
  call->host->parallel(call->host, (work.count + NAME(CHUNK) - 1) / NAME(CHUNK), NAME(forward_chunk), &work);
}

typedef struct NAME(backward_work) {
  const REAL *x, *upstream;
  REAL *downstream, beta;
  int64_t count;
  int32_t accumulates;
} NAME(backward_work);

static void NAME(backward_chunk)(void *argument, int64_t chunk) {
  const NAME(backward_work) *work = argument;
  int64_t end = smaller((chunk + 1) * NAME(CHUNK), work->count);
  for (int64_t i = chunk * NAME(CHUNK); i < end; i++) {
    REAL gate = 1 / (1 + (REAL)exp(-(double)(work->beta * work->x[i])));
    REAL gradient = work->upstream[i] * (gate + work->beta * work->x[i] * gate * (1 - gate));
    work->downstream[i] = work->accumulates ? work->downstream[i] + gradient : gradient;
  }
}

static void NAME(backward)(void *layer, const nnrun_backward *call) {
  if (!call->downstream[0].is_wanted) return;
  NAME(backward_work) work = {
    call->inputs[0].data, call->upstream[0].data, call->downstream[0].data, (REAL)((const swish *)layer)->beta,
    call->inputs[0].count, call->downstream[0].accumulates};
  call->host->parallel(call->host, (work.count + NAME(CHUNK) - 1) / NAME(CHUNK), NAME(backward_chunk), &work);
}

#undef REAL
#undef NAME
