/// The configured loss: one of those in `Losses`.
package enum LossSpecification: Hashable, Sendable {
  case binaryCrossEntropy(BinaryCrossEntropy = .init())
  case hinge(HingeLoss = .init())
  case leastSquares(LeastSquaresLoss = .init())
  case relativistic(RelativisticLoss = .init())
  case wasserstein(WassersteinLoss = .init())
  case wassersteinPenalty(WassersteinPenaltyLoss = .init())

  package var loss: any AdversarialLoss {
    switch self {
    case .binaryCrossEntropy(let loss): loss
    case .hinge(let loss): loss
    case .leastSquares(let loss): loss
    case .relativistic(let loss): loss
    case .wasserstein(let loss): loss
    case .wassersteinPenalty(let loss): loss
    }
  }
}
