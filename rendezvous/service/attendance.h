// One stream of a host, as the leader holds it.
#ifndef SM_RENDEZVOUS_SERVICE_ATTENDANCE_H_
#define SM_RENDEZVOUS_SERVICE_ATTENDANCE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <string>

#include "bootstrap/base/mutex.h"
#include "rendezvous/core/coordinator.h"

namespace sm::rendezvous {

// Hears what happens on the streams; called without any lock of theirs. For one attendance the
// calls come one at a time: OnMessage any number of times, OnLeft once, OnDone once.
class AttendanceListener {
 public:
  virtual ~AttendanceListener() = default;
  virtual void OnMessage(AttendeeId id, const grpc::ByteBuffer& bytes) = 0;
  // Nothing more can be read.
  virtual void OnLeft(AttendeeId id) = 0;
  // gRPC has let go of the stream; the attendance will not touch the listener again.
  virtual void OnDone(AttendeeId id) = 0;
};

// Reads one message after the other and writes what it is given in order. Keeps itself alive until
// gRPC has let go of it; whoever else holds it may call Send() at any time.
class Attendance final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<Attendance> {
 public:
  // `listener` outlives the stream.
  Attendance(AttendeeId id, grpc::CallbackServerContext& context, AttendanceListener& listener);

  AttendeeId id() const { return id_; }

  // Starts to read. Call once, on a shared Attendance.
  void Begin();

  // Sends `bytes` after what was sent before; with `last` the stream ends in order after it. A peer
  // that does not read until the queue is full is cut off. Dropped when the stream is broken or has
  // had its last message. Thread-safe.
  void Send(const grpc::ByteBuffer& bytes, bool last) ABSL_LOCKS_EXCLUDED(mu_);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override;

 private:
  struct Queued {
    grpc::ByteBuffer bytes;
    bool last = false;
  };
  enum class Step { kNothing, kWrite, kWriteAndFinish, kFinish, kCancel };

  Step NextStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Step NextBrokenStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Perform(Step step) ABSL_LOCKS_EXCLUDED(mu_);
  void Cancel() ABSL_LOCKS_EXCLUDED(mu_);

  const AttendeeId id_;
  grpc::CallbackServerContext& context_;  // valid until OnDone()
  AttendanceListener& listener_;
  std::shared_ptr<Attendance> self_;
  grpc::ByteBuffer incoming_;
  // What is being written. Written under `mu_` while nothing is in flight, read by gRPC.
  grpc::ByteBuffer outgoing_;

  Mutex mu_;
  std::deque<Queued> queue_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;      // nothing that is written would arrive
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;   // gRPC is or was asked to cut it
  bool cancelling_ ABSL_GUARDED_BY(mu_) = false;  // `context_` is in use
  bool closing_ ABSL_GUARDED_BY(mu_) = false;     // its last message is queued or on its way
  bool finished_ ABSL_GUARDED_BY(mu_) = false;    // gRPC has been given the status
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_SERVICE_ATTENDANCE_H_
