//{"strict":true,"ids":["steps-drill-failover-back.js"],"needs":["common-steps-drill-failover-back.js"],"modules":{"39400":[27,89,3,"m"]}}
exports.modules={
"39400":
(i,m,n)=>{n.d(m,{m:()=>o});const o=({title:i,fix:m,commands:n=[]})=>[i,m,...n].join(" ")},
};
