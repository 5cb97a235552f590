/* Layers and losses for nnrun, in C or in any language that exports C functions.
 *
 * A library exports the function nnrun_plugin, which returns a description of the library and its layers. Everything in
 * this file is plain data and function pointers: the library links nothing of nnrun.
 *
 * Rules
 *  - A layer is made from its attributes (create) and never changes: several nets and threads may use it at once.
 *  - A pass takes no memory of its own. Outputs, gradients, saved and scratch memory come in through the call.
 *  - Arrays are dense and row-major, the batch first. Elements are float in *_float, double in *_double.
 *  - A result depends on the inputs alone, not on the number of threads: cut work by shapes, add in a fixed order.
 *  - Texts are UTF-8, end with 0, and live as long as the library unless said otherwise.
 *
 * Compatibility: NNRUN_ABI grows only when old libraries stop working. New members are added at the ends of structures;
 * `size` says how much of a structure its writer knows. A library built with this file loads in all later versions.
 */
#ifndef NNRUN_LAYER_H
#define NNRUN_LAYER_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NNRUN_ABI 1

#define NNRUN_MAXIMUM_RANK 7
/* The room for outputs, parameters, states and targets in a plan. */
#define NNRUN_ROOM 16

/* The sizes of one sample, outermost first, without the batch. */
typedef struct nnrun_shape {
  int32_t rank; /* 0 (a single number) to NNRUN_MAXIMUM_RANK */
  int32_t sizes[8]; /* the last one is not used */
} nnrun_shape;

/* ---- Declaration: what the model file may say, and what the manual shows ---- */

enum nnrun_attribute_kind {
  NNRUN_BOOLEAN = 1, /* true or false */
  NNRUN_INTEGER = 2, /* a whole number from lower to upper */
  NNRUN_NUMBER = 3,  /* a finite number from lower to upper */
  NNRUN_TEXT = 4,    /* any text */
  NNRUN_CHOICE = 5,  /* one of the words in choices */
  NNRUN_SHAPE = 6,   /* sizes joined by x, such as 3x32x32 */
  NNRUN_NUMBERS = 7  /* finite numbers separated by white space */
};

typedef struct nnrun_attribute {
  const char *name;          /* a letter, then letters, digits, '_', '-' */
  int32_t kind;              /* enum nnrun_attribute_kind */
  int32_t is_required;       /* 1: the model file must give it */
  const char *default_value; /* as a model file writes it; NULL for none */
  double lower, upper;       /* the range of NNRUN_INTEGER and NNRUN_NUMBER; -INFINITY and INFINITY for no end */
  int32_t excludes_lower;    /* 1: lower itself is not allowed */
  int32_t excludes_upper;    /* 1: upper itself is not allowed */
  const char *choices;       /* the words of NNRUN_CHOICE, separated by spaces; NULL otherwise */
  const char *documentation; /* one sentence */
} nnrun_attribute;

/* The value of a declared attribute. Valid during create. */
typedef struct nnrun_value {
  int32_t is_present;    /* 0: not given, and there is no default */
  int32_t boolean;       /* NNRUN_BOOLEAN */
  int64_t integer;       /* NNRUN_INTEGER */
  double number;         /* NNRUN_NUMBER, NNRUN_INTEGER */
  const char *text;      /* NNRUN_TEXT, NNRUN_CHOICE */
  nnrun_shape shape;     /* NNRUN_SHAPE */
  const double *numbers; /* NNRUN_NUMBERS */
  int64_t number_count;
} nnrun_value;

/* Where a function says what is wrong; zeros at first. */
typedef struct nnrun_error {
  char message[256];  /* what is wrong, with the sizes met */
  char remedy[256];   /* what to do about it; may stay empty */
  char attribute[64]; /* the attribute to blame, so that the message points at it; may stay empty */
} nnrun_error;

/* ---- Plan: the arrays of a layer, from the shapes of its inputs ---- */

/* First values of a parameter. `scale` is the gain (HE, XAVIER, LECUN), the standard deviation (NORMAL), the largest
 * magnitude (UNIFORM), or the value (CONSTANT). */
enum nnrun_initializer {
  NNRUN_CONSTANT = 0, NNRUN_NORMAL = 1, NNRUN_UNIFORM = 2, NNRUN_XAVIER = 3, NNRUN_HE = 4, NNRUN_LECUN = 5
};

typedef struct nnrun_parameter {
  const char *name;        /* the name within the layer: "weight" */
  nnrun_shape shape;
  int32_t initializer;     /* enum nnrun_initializer */
  int32_t decays;          /* 1: weight decay applies */
  double scale;
  int64_t fan_in, fan_out; /* inputs that an output sums over, outputs that an input reaches; at least 1 */
} nnrun_parameter;

/* An array that forward may update in training and reads when predicting; saved with the weights. */
typedef struct nnrun_state {
  const char *name;
  nnrun_shape shape;
  double initial_value;
} nnrun_state;

/* A form of right answers that a loss accepts. */
typedef struct nnrun_target {
  int64_t classes;   /* more than 0: labels 0 ..< classes, one for each element of shape; 0: numbers */
  nnrun_shape shape;
} nnrun_target;

enum {
  NNRUN_NEEDS_INPUTS = 1,  /* backward reads the inputs */
  NNRUN_NEEDS_OUTPUTS = 2, /* backward reads the outputs */
  NNRUN_RUNS_IN_PLACE = 4  /* the first output may be the first input's memory, likewise their gradients */
};

/* The host sets the array pointers, each with room for NNRUN_ROOM elements, and zeros everything else. */
typedef struct nnrun_plan {
  uint32_t size;
  int32_t flags;
  int32_t output_count, parameter_count, state_count, target_count;
  nnrun_shape *outputs;
  nnrun_parameter *parameters;
  nnrun_state *states;
  nnrun_target *targets;                       /* losses only: the usual form first */
  int64_t scratch_per_sample, scratch_fixed;   /* elements that a pass uses while it runs */
  int64_t saved_per_sample;                    /* elements that forward writes and backward reads */
  int64_t forward_operations, backward_operations; /* of one sample */
} nnrun_plan;

/* ---- Passes ---- */

typedef struct nnrun_array {
  void *data;
  int64_t count; /* elements, all samples together */
} nnrun_array;

typedef struct nnrun_gradient {
  void *data;
  int64_t count;
  int32_t is_wanted;   /* 0: leave data alone */
  int32_t accumulates; /* 1: add to what data holds; 0: replace it */
} nnrun_gradient;

typedef struct nnrun_host nnrun_host;
struct nnrun_host {
  uint32_t size;
  int32_t threads;
  void *pool; /* the host's own */
  uint64_t random_key, random_counter; /* the host's own */
  /* Calls body(argument, chunk) for every chunk in 0 ..< chunks on all threads; returns when all calls have. */
  void (*parallel)(const nnrun_host *, int64_t chunks, void (*body)(void *argument, int64_t chunk), void *argument);
  /* Random numbers of this layer in this step, functions of the position: in [0, 1), and of a standard normal
   * distribution. Backward gets forward's numbers. */
  double (*uniform)(const nnrun_host *, uint64_t position);
  double (*normal)(const nnrun_host *, uint64_t position);
};

typedef struct nnrun_forward {
  uint32_t size;
  int32_t is_training;
  int64_t batch;
  const nnrun_shape *input_shapes; /* of one sample */
  const nnrun_array *inputs;       /* not to be written */
  const nnrun_array *outputs;      /* to be written completely */
  const nnrun_array *parameters;
  const nnrun_array *states;       /* may be written in training */
  nnrun_array saved, scratch;
  const nnrun_array *target;       /* a loss's right answers: labels as numbers, or numbers; NULL: only predict */
  double *loss;                    /* a loss's numerator and denominator: the loss of a batch is their quotient, that of
                                      several batches the sum of the numerators over that of the denominators. NULL
                                      where target is */
  const nnrun_host *host;
} nnrun_forward;

typedef struct nnrun_backward {
  uint32_t size;
  int32_t is_training;
  int64_t batch;
  const nnrun_shape *input_shapes;
  const nnrun_array *inputs;   /* valid with NNRUN_NEEDS_INPUTS */
  const nnrun_array *outputs;  /* valid with NNRUN_NEEDS_OUTPUTS */
  const nnrun_array *upstream; /* gradients of the outputs; none for a loss */
  const nnrun_gradient *downstream;          /* gradients of the inputs */
  const nnrun_gradient *parameter_gradients;
  const nnrun_array *parameters;
  const nnrun_array *states;
  nnrun_array saved, scratch;
  const nnrun_array *target;
  const double *loss;          /* numerator and denominator of the whole batch, weighted where samples have weights:
                                  divide by loss[1], never by batch */
  double loss_gradient;        /* a loss's weight in the sum of all losses; 0 for other layers */
  const nnrun_host *host;
} nnrun_backward;

/* ---- Facts: what lets a net be fused, folded and judged; zeros are the cautious answer ---- */

enum nnrun_prediction { /* what a loss's first output means */
  NNRUN_VALUES = 0, NNRUN_PROBABILITIES = 1, NNRUN_SCORES = 2, NNRUN_BINARY_PROBABILITIES = 3
};

enum nnrun_comparison { NNRUN_ROUNDING = 0, NNRUN_EXACT = 1, NNRUN_RANDOM = 2 };

enum nnrun_activation { /* the elementwise function that the layer is, so that the layer before it applies it */
  NNRUN_NO_ACTIVATION = 0, NNRUN_IDENTITY = 1, NNRUN_RELU = 2, NNRUN_SIGMOID = 3, NNRUN_TANH = 4
};

typedef struct nnrun_facts {
  uint32_t size;
  int32_t activation;              /* enum nnrun_activation */
  int32_t is_sum;                  /* 1: the output is the sum of the inputs, element by element */
  int32_t copies_when_predicting;  /* 1: when predicting, the output is the input */
  int32_t comparison;              /* enum nnrun_comparison: how two ways of computing the layer may differ */
  int32_t prediction;              /* losses: enum nnrun_prediction */
  int32_t sums_loss;               /* losses: 1: the loss is a plain sum, not a mean */
  int32_t has_target_range;        /* losses: 1: numbers of the target lie in target_lower ... target_upper */
  double target_lower, target_upper;
  int32_t has_ignored_label;       /* losses: 1: samples with ignored_label do not count */
  int32_t reserved;
  int64_t ignored_label;
  /* When predicting, y[c] = scale[c] x[c] + shift[c] for each channel c, the first dimension of a sample; NULL if the
   * layer is no such map. Fills scale and shift from parameters and states. */
  void (*channel_map)(void *layer, int64_t channels, const double *const *parameters, const double *const *states,
                      double *scale, double *shift);
  double quantile;                 /* losses: the quantile of the target that the loss makes the prediction, between 0 and
                                      1, by which evaluation measures it too; 0 for other losses */
} nnrun_facts;

/* ---- A layer and a library ---- */

enum nnrun_layer_kind { NNRUN_LAYER = 0, NNRUN_LOSS = 1 };

typedef struct nnrun_layer {
  uint32_t size;        /* sizeof(nnrun_layer) */
  int32_t kind;         /* enum nnrun_layer_kind */
  const char *name;     /* the element's name */
  const char *summary;  /* what it does, in one sentence */
  const char *formula;  /* plain text; NULL for none */
  const char *reference; /* where the formula comes from; NULL for common knowledge */
  const char *example;  /* the element as a model file writes it, with any prefix */
  int32_t minimum_inputs, maximum_inputs; /* a loss's target not counted */
  const nnrun_attribute *attributes;
  int32_t attribute_count;
  int32_t reserved;
  /* Returns what the other functions get as `layer`. Returns NULL with *error filled in where the attributes do not fit
   * each other. `values` has an element for each declared attribute, in their order. */
  void *(*create)(const nnrun_value *values, nnrun_error *error);
  void (*destroy)(void *layer);
  /* Returns 0, or another number with *error filled in. */
  int32_t (*plan)(void *layer, const nnrun_shape *inputs, int32_t input_count, nnrun_plan *plan, nnrun_error *error);
  void (*forward_float)(void *layer, const nnrun_forward *);
  void (*backward_float)(void *layer, const nnrun_backward *);
  /* NULL where the layer has no double precision: models with precision="double" and gradient checks, which compare in
   * double precision, are refused with a message then. */
  void (*forward_double)(void *layer, const nnrun_forward *);
  void (*backward_double)(void *layer, const nnrun_backward *);
  /* Fills *facts, which is zeros at first; NULL for no facts. */
  void (*facts)(void *layer, nnrun_facts *facts);
} nnrun_layer;

typedef struct nnrun_library {
  uint32_t abi;              /* NNRUN_ABI */
  uint32_t size;             /* sizeof(nnrun_library) */
  const char *name;          /* the library's name, such as "acme" */
  const char *version;       /* its version, such as "1.0.0": stored with the weights */
  const char *namespace_uri; /* the XML namespace of its elements, such as "urn:acme:layers" */
  int32_t layer_count;
  int32_t reserved;
  const nnrun_layer *const *layers;
} nnrun_library;

#if defined(_WIN32)
#define NNRUN_EXPORT __declspec(dllexport)
#else
#define NNRUN_EXPORT __attribute__((visibility("default")))
#endif

/* The function that the library exports. `host_abi` is the host's NNRUN_ABI. */
NNRUN_EXPORT const nnrun_library *nnrun_plugin(uint32_t host_abi);

#ifdef __cplusplus
}
#endif
#endif
