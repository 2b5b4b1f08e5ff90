/// A place in one of the lists that an image goes through on its way from a file to a batch. Every list has a type of its own,
/// so that a place in one cannot be taken for a place in another; named functions lead from each to the next.
package protocol ImageIndex: Hashable, Strideable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Counted from 0.
  var number: Int { get }

  init(_ number: Int)
}

extension ImageIndex {
  @inlinable package init(integerLiteral number: Int) { self.init(number) }

  @inlinable package func distance(to other: Self) -> Int { other.number - number }

  @inlinable package func advanced(by count: Int) -> Self { Self(number + count) }

  package var description: String { "\(number)" }
}

/// Among all images of a source, readable or not.
package struct SourceIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}
