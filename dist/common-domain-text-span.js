//{"strict":true,"ids":[],"needs":[],"modules":{"76526":[27,301,3,"C"]}}
exports.modules={
"76526":
(t,r,n)=>{function o(t){const r=Number.isFinite(t)?Math.max(0,t):0;if(r<9.95)return`${r.toFixed(1)} s`;const n=Math.round(r);if(n<60)return`${n} s`;const o=Math.floor(n/60),a=String(n%60).padStart(2,"0");return o<60?`${o}m${a}s`:`${Math.floor(o/60)}h${String(o%60).padStart(2,"0")}m`}n.d(r,{C:()=>o})},
};
