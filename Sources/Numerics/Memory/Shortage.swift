import Synchronization

/// What happens if the system refuses memory or a thread that was planned: nothing can be computed without it.
package enum Shortage {
  private static let ending = Mutex<@Sendable (String) -> Never>({ fatalError($0) })

  /// Sets how the program ends then.
  ///
  /// - Parameter body: gets the reason, without advice.
  package static func ends(by body: @escaping @Sendable (_ reason: String) -> Never) { ending.withLock { $0 = body } }

  package static func end(_ reason: String) -> Never { ending.withLock { $0 }(reason) }
}
