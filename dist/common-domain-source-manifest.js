//{"strict":true,"ids":[],"needs":[],"modules":{"17617":[27,683,3,"$2,Rl,f2,rT,z3"]}}
exports.modules={
"17617":
(t,n,e)=>{function o(t,n){if(t.path===n.path)return 0;const e=[...t.path],o=[...n.path];for(let t=0;;t++){const n=e[t]?.codePointAt(0)??-1,i=o[t]?.codePointAt(0)??-1;if(n!==i)return n-i}}function i(t){return[...t].sort(o).map(t=>`${t.mode.toString(8).padStart(4,"0")} ${t.size} ${t.sha256} ${t.path}\n`).join("")}e.d(n,{$2:()=>i,Rl:()=>c,f2:()=>o,rT:()=>r,z3:()=>a});const r=t=>t.slice(0,63);function a(t){return t<1e3?`${t} B`:t<1e6?`${(t/1e3).toFixed(1)} kB`:`${(t/1e6).toFixed(1)} MB`}function c(t,n=400){const e=t.slice(0,n).map(t=>`${493===t.mode?"x":"-"} ${a(t.size).padStart(9)}  ${t.sha256.slice(0,12)}  ${t.path}`);return t.length>n&&e.push(`... and ${t.length-n} more`),e}},
};
