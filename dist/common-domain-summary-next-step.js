//{"strict":true,"ids":[],"needs":[],"modules":{"96767":[27,187,3,"F"]}}
exports.modules={
"96767":
(n,t,e)=>{e.d(t,{F:()=>r});var c=e(28193),o=e(32795);function r({fix:n,commands:t}){const e=(0,c.Z)(t,"  ");return[...n?[`  **Next:** ${(0,o.p7)(n,1e3)}`]:[],...e,...e.length>0?[""]:[]]}},
};
