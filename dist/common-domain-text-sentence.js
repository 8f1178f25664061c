//{"strict":true,"ids":[],"needs":[],"modules":{"68607":[27,263,3,"A3,LS,Nx,cM"]}}
exports.modules={
"68607":
(e,s,t)=>{t.d(s,{A3:()=>n,LS:()=>o,Nx:()=>$,cM:()=>i});const $=e=>/^[a-z]+[ ,:]/.test(e)?e.slice(0,1).toUpperCase()+e.slice(1):e,c=e=>s=>s.length<2?s.join(""):`${s.slice(0,-1).join(", ")} ${e} ${s.at(-1)}`,i=c("and"),n=c("or"),o=(e,s)=>`${e} ${s}${1===e?"":"s"}`},
};
