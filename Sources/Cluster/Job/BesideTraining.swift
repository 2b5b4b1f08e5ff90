import Foundation
import Glibc

/// Runs `body` on a thread of its own, which no signal disturbs: they are for the main thread.
package func besideTraining(_ body: @escaping @Sendable () -> Void) {
  let thread = Thread {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    body()
  }
  thread.stackSize = 1 << 19
  thread.start()
}
