/* What nnrun calls of MPI, as a library of its own: nnrun loads it when --distributed asks for it, and links no MPI.
   One source for every MPI; its types and constants differ from one to the other, so each is compiled with its own mpicc:

     mpicc.openmpi -O2 -shared -fPIC provider.c -o libnnrun-openmpi.so

   tools/setup --distributed does so. */

#include <mpi.h>
#include <sched.h>
#include <stddef.h>
#include <time.h>

/* The version of these functions. Another one means that nnrun and the library do not belong together. */
int nnrun_collectives_version(void) { return 2; }

/* Joins the processes that were started together. */
int nnrun_collectives_begin(int *rank, int *size) {
  int level;
  int failure = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
  if (failure != MPI_SUCCESS) return failure;
  /* Errors are told to the caller, who knows which process it is about. */
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, size);
  return level < MPI_THREAD_SERIALIZED ? -1 : 0;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* MPI counts in int. */
#define MOST ((size_t)1 << 30)

/* Gives up the messages that have been started, so that none of them arrives in memory that has gone: the one that is to come in
   first, then perhaps the one that goes out. */
static void give_up(MPI_Request *requests, int count) {
  for (int index = 0; index < count; index++) {
    if (requests[index] == MPI_REQUEST_NULL) continue;
    if (index == 0) MPI_Cancel(&requests[index]);
    MPI_Request_free(&requests[index]);
  }
}

/* Messages have tag 0. A process that waits is asked whether it is there by tag 1, and answers by tag 2. */
enum { QUESTION = 1, ANSWER = 2 };

/* Seconds that a process which waits has to answer, and between its looks for questions. */
#define GRACE 1.0
#define LOOK 0.01

/* Sends an empty message, which nobody waits for. */
static void send_word(int peer, int tag) {
  MPI_Request request;
  if (MPI_Isend(NULL, 0, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request) == MPI_SUCCESS) MPI_Request_free(&request);
}

/* Takes an empty message, if there is one; its sender, or -1. */
static int take_word(int peer, int tag) {
  int is_there = 0;
  MPI_Status status;
  if (MPI_Iprobe(peer, tag, MPI_COMM_WORLD, &is_there, &status) != MPI_SUCCESS || !is_there) return -1;
  if (MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE) != MPI_SUCCESS) return -1;
  return status.MPI_SOURCE;
}

/* Tells all that ask that this process is there, and waits itself. */
static void answer_questions(void) {
  for (int asker; (asker = take_word(MPI_ANY_SOURCE, QUESTION)) >= 0;) send_word(asker, ANSWER);
}

/* Starts the messages of at most MOST bytes in both directions and waits for them. */
static int exchange_part(int peer, const char *send, size_t send_count, char *receive, size_t receive_count,
                         double deadline, double spinning) {
  MPI_Request requests[2];
  MPI_Status statuses[2];
  int failure = MPI_Irecv(receive, (int)receive_count, MPI_BYTE, peer, 0, MPI_COMM_WORLD, &requests[0]);
  if (failure != MPI_SUCCESS) return 2 + failure;
  failure = MPI_Isend(send, (int)send_count, MPI_BYTE, peer, 0, MPI_COMM_WORLD, &requests[1]);
  if (failure != MPI_SUCCESS) {
    give_up(requests, 1);
    return 2 + failure;
  }
  double start = now();
  double next_look = start + LOOK;
  /* A partner that answers waits for somebody else, whose partner is to say so; but not for ever. */
  double last = deadline + (deadline - start);
  int is_asked = 0;
  for (;;) {
    int done = 0;
    failure = MPI_Testall(2, requests, &done, statuses);
    if (failure != MPI_SUCCESS) return 2 + failure;
    if (done) {
      /* Processes that do not make the same calls would take parts of each other's messages. */
      int count = 0;
      failure = MPI_Get_count(&statuses[0], MPI_BYTE, &count);
      if (failure != MPI_SUCCESS) return 2 + failure;
      return count == (int)receive_count ? 0 : 2 + MPI_ERR_COUNT;
    }
    double time = now();
    if (time > next_look) {
      answer_questions();
      next_look = time + LOOK;
      if (is_asked && time < last && take_word(peer, ANSWER) >= 0) {
        is_asked = 0;
        deadline = time + GRACE;
      }
    }
    if (time > deadline) {
      if (is_asked) {
        give_up(requests, 2);
        return 1;
      }
      send_word(peer, QUESTION);
      is_asked = 1;
      deadline = time + GRACE;
    }
    /* Where there are more processes than processors, the other one may need this one. */
    if (time - start < spinning) {
      sched_yield();
    } else {
      struct timespec pause = {0, 20000};
      nanosleep(&pause, NULL);
    }
  }
}

/* Sends to a process and receives from it, polling for `spinning` seconds before it sleeps between its looks. 0 when done,
   1 if it neither answered in `seconds` nor waits for another one itself, 2 and MPI's error if the connection failed. */
int nnrun_collectives_exchange(int peer, const void *send, size_t send_count, void *receive, size_t receive_count,
                               double seconds, double spinning) {
  double deadline = now() + seconds;
  size_t sent = 0, received = 0;
  do {
    size_t out = send_count - sent < MOST ? send_count - sent : MOST;
    size_t in = receive_count - received < MOST ? receive_count - received : MOST;
    int failure = exchange_part(peer, (const char *)send + sent, out, (char *)receive + received, in, deadline, spinning);
    if (failure != 0) return failure;
    sent += out;
    received += in;
  } while (sent < send_count || received < receive_count);
  return 0;
}

/* Ends all processes at once. */
void nnrun_collectives_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

/* Leaves the processes; all do. */
int nnrun_collectives_end(void) {
  answer_questions();
  while (take_word(MPI_ANY_SOURCE, ANSWER) >= 0) {
  }
  return MPI_Finalize();
}
