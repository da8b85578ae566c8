#include "rendezvous/core/pacer.h"

#include <algorithm>

namespace sm::rendezvous {
namespace {

constexpr absl::Duration kFirst = absl::Seconds(1);
constexpr absl::Duration kShortest = absl::Seconds(2);
constexpr absl::Duration kLongest = absl::Seconds(30);

}  // namespace

void Pacer::Start(MonotonicTime now) {
  if (due_changed_ < MonotonicTime::InfiniteFuture()) return;
  pause_ = kShortest;
  due_changed_ = due_unchanged_ = now + kFirst;
}

void Pacer::MarkSent(MonotonicTime now) {
  pause_ = changed_ ? kShortest : std::min(pause_ * 2, kLongest);
  changed_ = false;
  due_changed_ = now + kShortest;
  due_unchanged_ = now + pause_;
}

}  // namespace sm::rendezvous
