#include "rendezvous/service/attendance.h"

#include <utility>

#include "rendezvous/wire/limits.h"

namespace sm::rendezvous {

Attendance::Attendance(AttendeeId id, grpc::CallbackServerContext& context,
                       AttendanceListener& listener)
    : id_(id), context_(context), listener_(listener) {}

void Attendance::Begin() {
  self_ = shared_from_this();
  StartRead(&incoming_);
}

// gRPC allows one write at a time, and none once the status was given: so each call decides under
// the lock what is to be done next, marks it as done, and does it without the lock.
Attendance::Step Attendance::NextStep() {
  if (finished_) return Step::kNothing;
  if (broken_) return NextBrokenStep();
  if (writing_ || queue_.empty()) return Step::kNothing;
  outgoing_ = queue_.front().bytes;
  finished_ = queue_.front().last;
  queue_.pop_front();
  writing_ = true;
  return finished_ ? Step::kWriteAndFinish : Step::kWrite;
}

Attendance::Step Attendance::NextBrokenStep() {
  queue_.clear();
  if (cancelling_) return Step::kNothing;
  if (!writing_) {
    finished_ = true;
    return Step::kFinish;
  }
  // A write that is stuck behind flow control ends only when the stream is cut.
  if (cancelled_) return Step::kNothing;
  cancelled_ = cancelling_ = true;
  return Step::kCancel;
}

void Attendance::Perform(Step step) {
  switch (step) {
    case Step::kNothing:
      return;
    case Step::kWrite:
      return StartWrite(&outgoing_);
    case Step::kWriteAndFinish:
      return StartWriteAndFinish(&outgoing_, grpc::WriteOptions(), grpc::Status::OK);
    case Step::kFinish:
      return Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the stream was given up"));
    case Step::kCancel:
      return Cancel();
  }
}

// Holds back Finish() until gRPC has returned: the context does not outlive the stream.
void Attendance::Cancel() {
  context_.TryCancel();
  Step step;
  {
    MutexLock lock(mu_);
    cancelling_ = false;
    step = NextStep();
  }
  Perform(step);
}

void Attendance::Send(const grpc::ByteBuffer& bytes, bool last) {
  Step step;
  {
    MutexLock lock(mu_);
    if (broken_ || closing_ || finished_) return;
    closing_ = last;
    queue_.push_back({bytes, last});
    if (queue_.size() > kMaxQueuedMessages) broken_ = true;
    step = NextStep();
  }
  Perform(step);
}

void Attendance::OnReadDone(bool ok) {
  if (ok) {
    listener_.OnMessage(id_, incoming_);
    incoming_.Clear();
    return StartRead(&incoming_);
  }
  listener_.OnLeft(id_);
  Step step;
  {
    MutexLock lock(mu_);
    broken_ = true;
    step = NextStep();
  }
  Perform(step);
}

void Attendance::OnWriteDone(bool ok) {
  Step step;
  {
    MutexLock lock(mu_);
    writing_ = false;
    outgoing_.Clear();
    if (!ok) broken_ = true;
    step = NextStep();
  }
  Perform(step);
}

void Attendance::OnDone() {
  // The listener may let go of this object: it must outlive the call.
  std::shared_ptr<Attendance> self = std::move(self_);
  listener_.OnDone(id_);
}

}  // namespace sm::rendezvous
