import Tensor

/// Binary cross entropy on logits, max(l, 0) − l·t + ln(1 + e^−|l|), averaged over the logits of a sample where there are
/// two (Goodfellow et al. 2014; the form that does not overflow is PyTorch's `BCEWithLogitsLoss`).
package struct BinaryCrossEntropy: SampleLoss {
  package static func accepts(logits: Int) -> Bool { 1...2 ~= logits }

  package init() {}

  package func judge(
    _ logits: UnsafePointer<Float>, count: Int, _ label: Label, _ stream: RandomStream?,
    gradient: UnsafeMutablePointer<Double>
  ) -> SampleOpinion {
    let target = label.target(stream, logits: count)
    var (loss, score) = (0.0, 0.0)
    for place in 0..<count {
      let logit = Double(logits[place])
      let wanted = place == count - 1 ? target.real : target.fake
      let probability = Elementary.sigmoid(logit)
      loss += max(logit, 0) - logit * wanted + Elementary.logOnePlusExp(negative: abs(logit))
      gradient[place] = (probability - wanted) / Double(count)
      if place == count - 1 { score = probability }
    }
    return SampleOpinion(loss: loss / Double(count), score: score)
  }
}
