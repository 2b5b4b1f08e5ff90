// DistTrain
