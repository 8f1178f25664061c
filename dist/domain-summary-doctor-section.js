//{"strict":true,"ids":["domain-summary-doctor-section.js"],"needs":["common-domain-report-render.js","common-domain-summary-next-step.js"],"modules":{"61278":[27,1016,3,"doctorView"],"77980":[1054,103,5,"y"]}}
exports.modules={
"61278":
(n,t,i)=>{i.r(t),i.d(t,{doctorView:()=>d});var s=i(54779),o=i(98484),e=i(54659),r=i(32795),a=i(77980),m=i(96767);const c={ok:"✅",warn:"⚠️",bad:"❌",unknown:"❔",skipped:"➖"},p={ok:"✓",missing:"✗",unknown:"?"};const $=n=>[`| permission | on | ${e.YB.join(" | ")} |`,`|:--|:--|${":-:|".repeat(e.YB.length)}`,...n.map(({permission:n,resource:t,state:i,actions:o})=>`| ${(0,r.SS)(n)} | ${(0,r.SS)((0,s.shortName)(t))} | ${e.YB.map(n=>o.includes(n)?p[i]:"").join(" | ")} |`),""],d={sections:[function(n){const{doctor:t}=n.evidence;if(!t)return[];const i=["| | part | |","|:--|:--|:--|",...t.checks.map(({part:n,state:t,text:i})=>`| ${c[t]} | ${o.wX[n]} | ${(0,r.p7)(i,700)} |`),""],s=n.findings.flatMap(n=>[`- **${n.severity}** ${(0,r.p7)(n.title,600)}`,...(0,m.F)(n)]),e=t.matrix.some(({state:n})=>"missing"===n);return[i.join("\n"),...s.length>0?[["### What to do","",...s,""].join("\n")]:[],...e?[["### Permissions","",...$(t.matrix)].join("\n")]:[(0,a.y)(`Permissions (${t.matrix.length})`,$(t.matrix)).join("\n")]]}]}},
"77980":
(s,a,m)=>{m.d(a,{y:()=>d});const d=(s,a)=>[`<details><summary>${s}</summary>`,"",...a,"</details>",""]},
};
