extension MeasuredConvolution {
  package static let table: [Entry] = []
}
