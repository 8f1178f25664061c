//{"strict":true,"ids":["domain-model.js"],"needs":["common-domain-model.js","common-inputs-groups-login.js","common-inputs-groups-output.js","common-inputs-groups-run.js","common-models-mlflow-definition.js"],"modules":{"20940":[27,127,3,"groups"],"68607":[165,218,5,"A3,Nx,cM"]}}
exports.modules={
"20940":
(r,e,o)=>{o.r(e),o.d(e,{groups:()=>g});var s=o(77317),a=o(21845),c=o(6427),d=o(48904);const g=[o(34271).where,a.J,s.i,d.e,c.C]},
"68607":
(e,s,t)=>{t.d(s,{A3:()=>o,Nx:()=>c,cM:()=>n});const c=e=>/^[a-z]+[ ,:]/.test(e)?e.slice(0,1).toUpperCase()+e.slice(1):e,i=e=>s=>s.length<2?s.join(""):`${s.slice(0,-1).join(", ")} ${e} ${s.at(-1)}`,n=i("and"),o=i("or")},
};
