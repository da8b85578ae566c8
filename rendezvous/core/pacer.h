// When to repeat a progress message, so that people see life and no log floods.
#ifndef SM_RENDEZVOUS_CORE_PACER_H_
#define SM_RENDEZVOUS_CORE_PACER_H_

#include "absl/time/time.h"
#include "bootstrap/base/clock.h"

namespace sm::rendezvous {

// The first message is due a second after Start() (a quick start stays quiet). After that one is
// due two seconds after the last when something changed, and after a pause that doubles up to half
// a minute when nothing did. A pure value: time comes in as an argument.
class Pacer {
 public:
  // Starts, when it runs not yet.
  void Start(MonotonicTime now);
  // Nothing is due until the next Start().
  void Stop() { due_unchanged_ = due_changed_ = MonotonicTime::InfiniteFuture(); }

  // What the message would say is different now.
  void MarkChanged() { changed_ = true; }

  // When the next message is due; InfiniteFuture() when stopped.
  MonotonicTime Due() const { return changed_ ? due_changed_ : due_unchanged_; }

  // The message has been given out.
  void MarkSent(MonotonicTime now);

 private:
  bool changed_ = false;
  absl::Duration pause_ = absl::ZeroDuration();
  MonotonicTime due_changed_ = MonotonicTime::InfiniteFuture();
  MonotonicTime due_unchanged_ = MonotonicTime::InfiniteFuture();
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_PACER_H_
