#include "bootstrap/base/event_loop.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::IsOk;
using ::testing::ElementsAre;

struct Pipe {
  UniqueFd out;
  UniqueFd in;

  Pipe() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) abort();
    out.Reset(fds[0]);
    in.Reset(fds[1]);
  }
  void Fill() const { ASSERT_EQ(write(in.get(), "x", 1), 1); }
  void Empty() const {
    char c;
    ASSERT_EQ(read(out.get(), &c, 1), 1);
  }
};

class EventLoopTest : public ::testing::Test {
 protected:
  // Runs what is ready now and a little more.
  void RunUntilPosted() {
    loop_->Post([this] { loop_->Quit(); });
    loop_->Run();
  }

  std::unique_ptr<EventLoop> loop_ = EventLoop::Create().value();
  std::vector<int> seen_;
};

TEST_F(EventLoopTest, PostsRunInOrder) {
  for (int i = 0; i < 3; ++i) loop_->Post([this, i] { seen_.push_back(i); });
  RunUntilPosted();
  EXPECT_THAT(seen_, ElementsAre(0, 1, 2));
}

TEST_F(EventLoopTest, APostFromWithinAPostRunsToo) {
  loop_->Post([this] { loop_->Post([this] { loop_->Quit(); }); });
  loop_->Run();
}

TEST_F(EventLoopTest, WhatWasPostedBeyondAQuitIsKeptForTheNextRun) {
  loop_->Post([this] { loop_->Quit(); });
  loop_->Post([this] { seen_.push_back(1); });
  loop_->Post([this] { seen_.push_back(2); });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre());
  loop_->Post([this] { seen_.push_back(3); });
  RunUntilPosted();
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3));
}

TEST_F(EventLoopTest, PostsOfManyThreadsAllArrive) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 2000;
  std::vector<int> next(kThreads, 0);
  int total = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        loop_->Post([&, t, i] {
          EXPECT_EQ(next[t]++, i);
          if (++total == kThreads * kPosts) loop_->Quit();
        });
      }
    });
  }
  loop_->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, kThreads * kPosts);
}

TEST_F(EventLoopTest, TimersFireInTheOrderOfTheirDeadlinesAndNotBefore) {
  const MonotonicTime start = loop_->Now();
  auto note = [this](int id) { return [this, id] { seen_.push_back(id); }; };
  loop_->After(absl::Milliseconds(30), [&] {
    EXPECT_GE(loop_->Now() - start, absl::Milliseconds(30));
    loop_->Quit();
  });
  loop_->After(absl::Milliseconds(20), note(2));
  loop_->After(absl::Milliseconds(10), note(1));
  loop_->At(start + absl::Milliseconds(20), note(0));  // a little earlier than the other
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre(1, 0, 2));
}

TEST_F(EventLoopTest, CancelledTimersDoNotFire) {
  auto cancelled = loop_->After(absl::ZeroDuration(), [this] { seen_.push_back(0); });
  EventLoop::TimerId second = 0;
  loop_->After(absl::Milliseconds(1), [&] { loop_->Cancel(second); });
  second = loop_->After(absl::Milliseconds(2), [this] { seen_.push_back(1); });
  loop_->After(absl::Milliseconds(3), [this] { loop_->Quit(); });
  loop_->Cancel(cancelled);
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre());
  loop_->Cancel(cancelled);  // Long gone, and 0 was never there.
  loop_->Cancel(0);
}

TEST_F(EventLoopTest, ATimerThatNeverComesIsNoTrouble) {
  loop_->At(MonotonicTime::InfiniteFuture(), [this] { seen_.push_back(1); });
  RunUntilPosted();
  EXPECT_THAT(seen_, ElementsAre());
}

TEST_F(EventLoopTest, ReadableDescriptorsAreReportedUntilUnwatched) {
  Pipe pipe;
  ASSERT_THAT(loop_->WatchReadable(pipe.out.get(),
                                   [&] {
                                     pipe.Empty();
                                     seen_.push_back(1);
                                     loop_->Quit();
                                   }),
              IsOk());
  RunUntilPosted();
  EXPECT_THAT(seen_, ElementsAre());
  pipe.Fill();
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre(1));
  loop_->Unwatch(pipe.out.get());
  pipe.Fill();
  RunUntilPosted();
  EXPECT_THAT(seen_, ElementsAre(1));
}

TEST_F(EventLoopTest, AHangUpIsReported) {
  Pipe pipe;
  ASSERT_THAT(loop_->WatchReadable(pipe.out.get(), [&] { loop_->Quit(); }), IsOk());
  pipe.in.Reset();
  loop_->Run();
}

TEST_F(EventLoopTest, ACallbackMayRemoveItselfAndOthers) {
  Pipe a;
  Pipe b;
  auto once = [&] {
    seen_.push_back(1);
    loop_->Unwatch(a.out.get());
    loop_->Unwatch(b.out.get());
  };
  ASSERT_THAT(loop_->WatchReadable(a.out.get(), once), IsOk());
  ASSERT_THAT(loop_->WatchReadable(b.out.get(), once), IsOk());
  a.Fill();
  b.Fill();
  loop_->After(absl::Milliseconds(1), [this] { loop_->Quit(); });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre(1));
}

// Both events are fetched in one go; by the time the second is handled its number means a pipe in
// which nothing is.
TEST_F(EventLoopTest, AnEventOfAClosedDescriptorIsNotGivenToItsSuccessor) {
  auto a = std::make_unique<Pipe>();
  auto b = std::make_unique<Pipe>();
  std::unique_ptr<Pipe> successor;
  auto replace = [&](std::unique_ptr<Pipe>& own, std::unique_ptr<Pipe>& other) {
    loop_->Unwatch(own->out.get());
    int number = other->out.get();
    loop_->Unwatch(number);
    other.reset();
    successor = std::make_unique<Pipe>();
    ASSERT_EQ(successor->out.get(), number);
    ASSERT_THAT(loop_->WatchReadable(number, [this] { seen_.push_back(1); }), IsOk());
  };
  ASSERT_THAT(loop_->WatchReadable(a->out.get(), [&] { replace(a, b); }), IsOk());
  ASSERT_THAT(loop_->WatchReadable(b->out.get(), [&] { replace(b, a); }), IsOk());
  a->Fill();
  b->Fill();
  loop_->After(absl::Milliseconds(1), [this] { loop_->Quit(); });
  loop_->Run();
  EXPECT_NE(successor, nullptr);
  EXPECT_THAT(seen_, ElementsAre());
}

TEST_F(EventLoopTest, WatchingTheSameDescriptorTwiceIsAnError) {
  Pipe pipe;
  EXPECT_THAT(loop_->WatchReadable(pipe.out.get(), [] {}), IsOk());
  EXPECT_THAT(loop_->WatchReadable(pipe.out.get(), [] {}),
              testing::StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_FALSE(loop_->WatchReadable(-1, [] {}).ok());
}

TEST_F(EventLoopTest, UncalledPostsAreDestroyedWithTheLoop) {
  auto token = std::make_shared<int>(1);
  loop_->Post([token] { FAIL(); });
  loop_.reset();
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace sm
