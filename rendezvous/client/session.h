// What a client knows and decides: the attempts, the deadline, what its owner is told.
#ifndef SM_RENDEZVOUS_CLIENT_SESSION_H_
#define SM_RENDEZVOUS_CLIENT_SESSION_H_

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "rendezvous/client/backoff.h"
#include "rendezvous/client/client.h"
#include "rendezvous/client/link.h"
#include "rendezvous/client/worker.h"
#include "rendezvous/core/pacer.h"

namespace sm::rendezvous {

// Lives on its worker: every member is called there, and every event is given out there. Attempts
// follow each other until the leader has said something that binds (a world, an order to end, a
// refusal, a verdict); what is sent before that is sent again by each attempt.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `options.worker` is set and kept alive by others until `closed` is called.
  Session(Client::Options options, Client::EventSink sink);

  void Begin();
  void Send(const HostMessage& message);
  // Gives out nothing more and calls `closed` when gRPC has let go of the stream.
  void Close(std::function<void()> closed);

 private:
  void StartRound();
  void OnResolved(absl::StatusOr<std::vector<std::string>> addresses);
  void DialNext();
  void CheckConnected();
  Link::Listener LinkListener();
  void OnMessage(const grpc::ByteBuffer& bytes);
  void OnLinkEnd(const grpc::Status& status);
  void OnFailedAttempt(const std::string& why);

  void OnDeadline();
  void Bind();
  void End(ClientEvent last);
  std::string DescribeTimeout() const;

  void ScheduleReport();
  void Report();
  std::string Leader() const;

  // Calls `member` on the worker at `time`, unless the session is gone.
  void At(MonotonicTime time, void (Session::*member)());
  MonotonicTime Now() const { return options_.clock->Now(); }

  // Not owned: its last owner must be none of the threads that hold a session.
  const std::weak_ptr<Worker> weak_worker_;
  Worker& worker_;
  const Client::Options options_;  // without the worker
  const Client::EventSink sink_;
  const MonotonicTime started_;
  absl::BitGen random_;
  Backoff backoff_;
  Pacer progress_;
  bool report_scheduled_ = false;

  std::vector<std::string> addresses_;  // of the leader, as last resolved
  size_t next_address_ = 0;
  int attempts_ = 0;
  std::string last_error_;
  std::string cut_because_;  // why we ended the attempt that goes on
  MonotonicTime dialled_at_;

  std::vector<grpc::ByteBuffer> unbound_messages_;  // to be repeated by the next attempt
  bool bound_ = false;
  bool ended_ = false;
  bool past_deadline_ = false;
  std::shared_ptr<Link> link_;
  std::function<void()> closed_;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CLIENT_SESSION_H_
