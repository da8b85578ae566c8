#include "bootstrap/app/peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using rendezvous::BarrierArrival;
using rendezvous::BarrierRelease;
using rendezvous::ClientEvent;
using rendezvous::EndOrder;
using rendezvous::HostOutcome;
using ::testing::ElementsAre;

// A host without peers, and what it is told.
class LonePeersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SM_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create());
    World world{.members = {{.host = "algo-1"}}, .world_size = 1};
    peers_ = MakeLonePeers(*loop_, world, [this](const ClientEvent& event) {
      if (std::holds_alternative<World>(event)) said_.push_back("world");
      if (const auto* release = std::get_if<BarrierRelease>(&event))
        said_.push_back(release->barrier);
      if (const auto* order = std::get_if<EndOrder>(&event))
        said_.push_back(Describe(order->cause));
      if (const auto* verdict = std::get_if<Verdict>(&event)) {
        said_.push_back(verdict->cause ? "failure" : "success");
      }
    });
  }

  // Dispatches everything that has been posted.
  void RunLoop() {
    loop_->Post([this] { loop_->Quit(); });
    loop_->Run();
  }

  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Peers> peers_;
  std::vector<std::string> said_;
};

TEST_F(LonePeersTest, TellsTheEventsOfAJobInTheirOrder) {
  peers_->Send(BarrierArrival{"ready"});
  peers_->Send(HostOutcome{.succeeded_ranks = 1});
  RunLoop();
  EXPECT_THAT(said_, ElementsAre("world", "ready", "success"));
}

TEST_F(LonePeersTest, TheFirstCauseDecides) {
  peers_->Send(Cause{"", RankFailed{0, "worker", Exited{3}}, ""});
  peers_->Send(Cause{"", RankFailed{1, "worker", Exited{4}}, ""});
  peers_->Send(HostOutcome{.failed_ranks = 2});
  RunLoop();
  EXPECT_THAT(said_, ElementsAre("world", "rank 0 on algo-1 exited with code 3", "failure"));
}

TEST_F(LonePeersTest, NothingArrivesOnceTheyAreGone) {
  peers_->Send(BarrierArrival{"ready"});
  peers_.reset();
  RunLoop();
  EXPECT_THAT(said_, ElementsAre());
}

}  // namespace
}  // namespace sm
