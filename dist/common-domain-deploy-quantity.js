//{"strict":true,"ids":[],"needs":[],"modules":{"44031":[27,792,3,"Oh,Pw,U7,ZY"]}}
exports.modules={
"44031":
(e,r,i)=>{i.d(r,{Oh:()=>u,Pw:()=>t,U7:()=>m,ZY:()=>n});const o={k:1e3,M:1e6,G:1e9,Ki:1024,Mi:2**20,Gi:2**30};function t(e){const r=/^(\d+(?:\.\d+)?)\s*(k|M|G|Ki|Mi|Gi)?[Bb]?$/.exec(e.trim().replace(/^([\d.]+\s*)([mg])(i?)/i,(e,r,i,o)=>r+i.toUpperCase()+o.toLowerCase()));if(!r)throw new Error("expected an amount of memory such as 512Mi or 1Gi");return`${r[1]}${r[2]??""}`}function n(e){const r=/^(\d+(?:\.\d+)?)(k|M|G|Ki|Mi|Gi)?$/.exec(e);return r?Number(r[1])*(r[2]?o[r[2]]??Number.NaN:1):Number.NaN}function u(e){const r=e.trim(),i=/^(\d+(?:\.\d+)?)(m?)$/.exec(r),o=i?Number(i[1])/(i[2]?1e3:1):Number.NaN;if(!(o>0&&o<=8))throw new Error("expected a number of CPUs from 0.08 to 8, such as 0.5, 1 or 2000m");return r}function m(e){return e.endsWith("m")?Number(e.slice(0,-1))/1e3:Number(e)}},
};
