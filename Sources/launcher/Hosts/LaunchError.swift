/// Why a run cannot be started: what was found, what was expected, what to do.
package struct LaunchError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
