import ImageIO

// The lists that an image goes through behind its source, in order.

/// Among the images of a source that all ranks can read.
package struct GoodIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the good images that train, or among those held out: the images of a `Deal`.
package struct DealIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the images in the memory of this rank, those held out behind the others.
package struct MemoryIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the samples of a batch over all ranks: what random numbers go by.
package struct BatchIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// Among the samples of a batch that are this rank's: where tensors have them.
package struct LocalIndex: ImageIndex {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

extension [SourceIndex] {
  /// Where the source has a good image, of the list of all good ones.
  package subscript(image: GoodIndex) -> SourceIndex { self[image.number] }
}

extension [GoodIndex] {
  /// Which of the good images an image of the deal is, of the list of those that are dealt.
  package subscript(image: DealIndex) -> GoodIndex { self[image.number] }
}
