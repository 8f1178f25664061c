//{"strict":true,"ids":["domain-alerting-prometheus-rules.js"],"needs":["common-domain-alerting-prometheus-rules.js","common-domain-slo-selector.js"],"modules":{"16719":[27,503,3,"Bu,G6,TL,U9,jt,sn"],"18312":[541,78,5,"N"],"81081":[630,147,7,"K"]}}
exports.modules={
"16719":
(e,o,r)=>{r.d(o,{Bu:()=>t,G6:()=>n,TL:()=>s,U9:()=>i,jt:()=>c,sn:()=>l});const c="run.googleapis.com/request_count",n="run.googleapis.com/request_latencies",s=e=>`"${e.replace(/[\\"]/g,"\\$&")}"`;function t(e,{region:o,service:r},...c){return[`metric.type=${s(e)}`,'resource.type="cloud_run_revision"',`resource.labels.location=${s(o)}`,`resource.labels.service_name=${s(r)}`,...c].join(" AND ")}const i=e=>`metric.labels.response_code=monitoring.regex.full_match("${l(e)}")`,l=e=>e?"4..|5..":"429|5.."},
"18312":
(c,e,$)=>{$.d(e,{N:()=>a});const a=c=>c.replace(/[\\^$.*+?()[\]{}|]/g,"\\$&")},
"81081":
(n,o,r)=>{r.d(o,{K:()=>f});const t=[["d",86400],["h",3600],["m",60]];function f(n){for(const[o,r]of t)if(n%r===0)return`${n/r}${o}`;return`${n}s`}},
};
