// The parts of the client that need no leader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/random/random.h"
#include "rendezvous/client/backoff.h"
#include "rendezvous/client/worker.h"

namespace sm::rendezvous {
namespace {

TEST(BackoffTest, DoublesWithJitterUpToItsCap) {
  absl::BitGen random;
  for (int round = 0; round < 100; ++round) {
    Backoff backoff;
    absl::Duration step = absl::Milliseconds(10);
    for (int i = 0; i < 12; ++i) {
      absl::Duration pause = backoff.Next(random);
      EXPECT_GE(pause, step / 2);
      EXPECT_LE(pause, step);
      step = std::min(step * 2, absl::Seconds(2));
    }
    backoff.Reset();
    EXPECT_LE(backoff.Next(random), absl::Milliseconds(10));
  }
}

// Waits for its worker to have run all that was posted before.
void Flush(Worker& worker) {
  Mutex mu;
  CondVar done;
  bool flushed = false;
  worker.Post([&] {
    MutexLock lock(mu);
    flushed = true;
    done.NotifyAll();
  });
  MutexLock lock(mu);
  while (!flushed) done.WaitUntil(mu, MonotonicTime::InfiniteFuture());
}

TEST(WorkerTest, RunsTasksInTheOrderOfTheirTimes) {
  std::vector<int> ran;
  Worker worker(SystemClock());
  worker.Post([&] {
    MonotonicTime base = SystemClock().Now();
    worker.At(base + absl::Milliseconds(2), [&ran] { ran.push_back(3); });
    worker.At(base + absl::Milliseconds(1), [&ran] { ran.push_back(2); });
    worker.At(MonotonicTime(), [&ran] { ran.push_back(1); });
  });
  Flush(worker);
  while (true) {
    size_t count = 0;
    Mutex mu;
    worker.Post([&] {
      MutexLock lock(mu);
      count = ran.size();
    });
    Flush(worker);
    MutexLock lock(mu);
    if (count == 3) break;
  }
  EXPECT_THAT(ran, ::testing::ElementsAre(1, 2, 3));
}

TEST(WorkerTest, DropsWhatIsNotDueWhenItEnds) {
  auto alive = std::make_shared<int>();
  bool ran = false;
  {
    Worker worker(SystemClock());
    worker.At(MonotonicTime::InfiniteFuture(), [&ran, alive] { ran = true; });
    Flush(worker);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace sm::rendezvous
