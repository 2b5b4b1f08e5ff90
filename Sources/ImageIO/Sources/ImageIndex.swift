/// An index in one of the lists that an image passes through from a file to a batch. Every list has its own index type,
/// so that they cannot be mixed up; named functions convert each to the next.
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
