@univariate true
@targetLabel true
@data
1,2,3,4:0.5
0.25,-1,7,8:-3
