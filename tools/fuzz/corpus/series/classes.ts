# two dimensions of different lengths
@problemName fuzz
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true a b
@data
1,2,3:4,5,6:a
1.5e3,?:NaN,-2:b
