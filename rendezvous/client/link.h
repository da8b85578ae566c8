// One attempt to attend: one connection with one stream.
#ifndef SM_RENDEZVOUS_CLIENT_LINK_H_
#define SM_RENDEZVOUS_CLIENT_LINK_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/status.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "bootstrap/base/mutex.h"

namespace sm::rendezvous {

class Link final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                   public std::enable_shared_from_this<Link> {
 public:
  // Both are called on gRPC's threads, never at the same time. `on_end` is the last call and takes
  // over the link's own reference to itself. It must hand that to another thread: the last holder
  // of a channel joins gRPC's threads, which none of them can do.
  struct Listener {
    std::function<void(const grpc::ByteBuffer&)> on_message;
    std::function<void(std::shared_ptr<Link>, const grpc::Status&)> on_end;
  };

  // Dials `target` (see DialTarget()), sends `first` and then reads until the stream ends. Does not
  // wait for a leader: an attempt that does not reach one ends.
  static std::shared_ptr<Link> Dial(const std::string& target, const grpc::ByteBuffer& first,
                                    Listener listener);

  // Sends `bytes` after what was sent before; dropped when the stream has ended. Thread-safe.
  void Send(const grpc::ByteBuffer& bytes) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the stream soon, if it still stands. Thread-safe.
  void Cancel() { context_.TryCancel(); }

  // A leader, or something that speaks HTTP/2, has answered.
  bool connected() const;

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone(const grpc::Status& status) override;

  Link(const std::string& target, Listener listener);  // use Dial()

 private:
  void Begin(const grpc::ByteBuffer& first);
  bool TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<grpc::Channel> channel_;
  Listener listener_;
  grpc::ClientContext context_;
  std::shared_ptr<Link> self_;
  grpc::ByteBuffer incoming_;
  // What is being written. Written under `mu_` while nothing is in flight, read by gRPC.
  grpc::ByteBuffer outgoing_;

  Mutex mu_;
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CLIENT_LINK_H_
