// Whatever hosts do and in whatever order, the leader keeps its promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/rendezvous/coordinator_driver.h"

namespace sm::rendezvous {
namespace {

// One random history. Kinds of steps are drawn with weights of their own for each history, so that
// some are all joins and some all trouble.
class History {
 public:
  explicit History(int seed) : random_(seed), hosts_(Draw(1, 5)), driver_(MakeOptions()) {
    for (int& weight : weights_) weight = Draw(0, 6);
    weights_[0] += 3;  // without joins nothing happens
  }

  void Run() {
    for (int i = 0; i < 60; ++i) Step();
    LetEveryoneEnd();
  }

  const Driver& driver() const { return driver_; }
  const std::set<AttendeeId>& standing() const { return standing_; }
  int hosts() const { return hosts_; }

 private:
  int Draw(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  Coordinator::Options MakeOptions() {
    Coordinator::Options options = Driver::DefaultOptions(hosts_);
    options.deadline = At(Draw(10, 60));
    options.settle_timeout = absl::Seconds(Draw(0, 20));
    options.absent_grace = absl::Seconds(Draw(0, 10));
    options.hello_timeout = absl::Seconds(Draw(1, 10));
    return options;
  }

  AttendeeId DrawAttendee() {
    auto it = standing_.begin();
    std::advance(it, Draw(0, static_cast<int>(standing_.size()) - 1));
    return *it;
  }

  Hello DrawHello() {
    Hello hello = Driver::MakeHello(absl::StrCat("algo-", Draw(1, hosts_)), Draw(1, 2));
    hello.local_world_size = Draw(1, 8);
    hello.agreements = {MakeAgreement("launcher", Draw(0, 9) == 0 ? "script" : "workers")};
    if (Draw(0, 15) == 0) hello.host = "stranger";
    if (Draw(0, 15) == 0) hello.protocol = 2;
    if (Draw(0, 15) == 0) hello.local_world_size = 0;
    return hello;
  }

  void Step() {
    std::discrete_distribution<int> kinds(weights_.begin(), weights_.end());
    int kind = kinds(random_);
    if (kind == 0) standing_.insert(driver_.Join(DrawHello()));
    if (kind == 1) standing_.insert(driver_.Open());
    if (kind == 2) driver_.Advance(Draw(1, 8));
    if (standing_.empty() || kind <= 2) return;
    AttendeeId who = DrawAttendee();
    if (kind == 3) Leave(who);
    if (kind == 4) driver_.Say(who, BarrierArrival{absl::StrCat("barrier-", Draw(1, 2))});
    if (kind == 5) driver_.Say(who, Cause{"", Stopped{15}, ""});
    if (kind == 6) driver_.Say(who, HostOutcome{1, Draw(0, 3) == 0 ? 1 : 0});
    if (kind == 7 && Draw(0, 3) == 0) driver_.Garble(who);
    Check();
    // gRPC ends a stream some time after its last message.
    if (driver_.told.at(who).empty() || !driver_.told.at(who).back().last) return;
    if (Draw(0, 1) == 0) Leave(who);
  }

  void Leave(AttendeeId who) {
    driver_.Leave(who);
    standing_.erase(who);
    told_when_left_[who] = driver_.told.at(who).size();
  }

  void LetEveryoneEnd() {
    driver_.Advance(100);
    for (AttendeeId who : standing_) driver_.Say(who, HostOutcome{1, 0});
    driver_.Advance(100);
    Check();
  }

  void Check() {
    for (const auto& [who, count] : told_when_left_) {
      ASSERT_EQ(driver_.told.at(who).size(), count) << "told something after it left";
    }
    driver_.Tick();
    ASSERT_GT(driver_.core.NextDeadline(), driver_.now()) << "the ticker would spin";
  }

  std::mt19937 random_;
  const int hosts_;
  std::array<int, 8> weights_{};
  Driver driver_;
  std::set<AttendeeId> standing_;
  std::map<AttendeeId, size_t> told_when_left_;
};

class CoordinatorPropertyTest : public ::testing::Test {
 protected:
  // Calls `check` at the end of each of many histories.
  static void ForAllHistories(const std::function<void(const History&)>& check) {
    for (int seed = 0; seed < 3000; ++seed) {
      SCOPED_TRACE(absl::StrCat("seed ", seed));
      History history(seed);
      history.Run();
      check(history);
      if (HasFailure()) return;
    }
  }

  static void ForAllTold(const std::function<void(const History&, const Told&)>& check) {
    ForAllHistories([&check](const History& history) {
      for (const auto& [who, messages] : history.driver().told) {
        for (const Told& told : messages) check(history, told);
      }
    });
  }
};

TEST_F(CoordinatorPropertyTest, ThereIsAtMostOneWorldAndItIsDenseAndInListOrder) {
  int worlds = 0;
  ForAllHistories([&worlds](const History& history) {
    std::optional<World> seen;
    for (const auto& [who, messages] : history.driver().told) {
      EXPECT_LE(history.driver().CountOf<World>(who), 1);
      for (const Told& told : messages) {
        const auto* world = std::get_if<World>(&told.message);
        if (world == nullptr) continue;
        if (!seen) ++worlds;
        if (!seen) seen = *world;
        EXPECT_EQ(*world, *seen);
      }
    }
    if (!seen) return;
    ASSERT_EQ(seen->members.size(), static_cast<size_t>(history.hosts()));
    int next = 0;
    for (int i = 0; i < history.hosts(); ++i) {
      const Member& member = seen->members[i];
      EXPECT_EQ(member.host, absl::StrCat("algo-", i + 1));
      EXPECT_EQ(member.host_rank, i);
      EXPECT_EQ(member.first_rank, next);
      next += member.local_world_size;
    }
    EXPECT_EQ(seen->world_size, next);
  });
  EXPECT_GT(worlds, 300) << "the histories hardly ever get anywhere";
}

TEST_F(CoordinatorPropertyTest, EveryoneWhoWaitsGetsALastMessage) {
  ForAllHistories([](const History& history) {
    for (AttendeeId who : history.standing()) {
      const std::vector<Told>& told = history.driver().told.at(who);
      ASSERT_FALSE(told.empty()) << "attendee " << who;
      EXPECT_TRUE(told.back().last) << "attendee " << who;
    }
  });
}

TEST_F(CoordinatorPropertyTest, NothingComesAfterTheLastMessageWhichIsARefusalOrAVerdict) {
  ForAllHistories([](const History& history) {
    for (const auto& [who, messages] : history.driver().told) {
      for (size_t i = 0; i < messages.size(); ++i) {
        const LeaderMessage& message = messages[i].message;
        bool final_kind =
            std::holds_alternative<Refusal>(message) || std::holds_alternative<Verdict>(message);
        EXPECT_EQ(messages[i].last, final_kind);
        EXPECT_EQ(messages[i].last, messages[i].last && i + 1 == messages.size());
      }
    }
  });
}

TEST_F(CoordinatorPropertyTest, ThereIsOneVerdictAndItHasTheCauseOfTheEndOrder) {
  int verdicts = 0;
  ForAllHistories([&verdicts](const History& history) {
    std::optional<Verdict> verdict;
    std::optional<Cause> cause;
    for (const auto& [who, messages] : history.driver().told) {
      EXPECT_LE(history.driver().CountOf<EndOrder>(who), 1);
      for (const Told& told : messages) {
        if (const auto* order = std::get_if<EndOrder>(&told.message)) {
          if (!cause) cause = order->cause;
          EXPECT_EQ(order->cause, *cause);
        }
        if (const auto* given = std::get_if<Verdict>(&told.message)) {
          if (!verdict) ++verdicts;
          if (!verdict) verdict = *given;
          EXPECT_EQ(*given, *verdict);
        }
      }
    }
    if (!verdict) return;
    // (A cause may have no EndOrder: when nobody attends any more.)
    if (cause) {
      EXPECT_EQ(verdict->cause, cause);
    }
    EXPECT_TRUE(verdict->cause || verdict->unaccounted_hosts.empty());
  });
  EXPECT_GT(verdicts, 300);
}

TEST_F(CoordinatorPropertyTest, NoBarrierOpensAndNoWorldComesOnceTheJobEnds) {
  ForAllHistories([](const History& history) {
    for (const auto& [who, messages] : history.driver().told) {
      bool ending = false;
      bool has_world = false;
      for (const Told& told : messages) {
        ending = ending || std::holds_alternative<EndOrder>(told.message);
        if (std::holds_alternative<World>(told.message)) {
          EXPECT_FALSE(ending);
          has_world = true;
        }
        if (std::holds_alternative<BarrierRelease>(told.message)) {
          EXPECT_TRUE(has_world && !ending);
        }
      }
    }
  });
}

TEST_F(CoordinatorPropertyTest, MessagesAreBounded) {
  ForAllTold([](const History&, const Told& told) {
    if (const auto* refusal = std::get_if<Refusal>(&told.message)) {
      EXPECT_FALSE(refusal->message.empty());
      EXPECT_LE(refusal->message.size(), 2048u);
    }
  });
}

}  // namespace
}  // namespace sm::rendezvous
