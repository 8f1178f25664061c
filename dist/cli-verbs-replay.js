//{"strict":true,"ids":["cli-verbs-replay.js"],"needs":[],"modules":{"58763":[27,50,3,"w"],"84522":[88,927,5,"replay"]}}
exports.modules={
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
"84522":
(e,r,a)=>{a.r(r),a.d(r,{replay:()=>s});var o=a(81357),t=a(73412);const s=(0,a(58763).w)({about:["Judges a recorded watch again, offline and without credentials. FILE is a recording, or the report of an earlier run.","Other objectives and rules show what would have been decided with them."],operands:[{name:"FILE",sentence:"A recording or a report (JSON).",required:!0}],action:"watch",only:["slo","policy","threshold_rate","threshold_window","threshold_failures","on_too_few_requests","on_blind","on_platform","on_client_errors"],inputsOf:([e=""])=>({replay:e}),flags:{},examples:[`${o.yR} replay release-report.json`,`${o.yR} replay recording.json --slo 99.9%`],run:async e=>{const{watch:r}=await Promise.all([a.e("shared-domain-traffic-parse-record.js"),a.e("shared-sli-prometheus-definition.js"),a.e("shared-steps-watch-result.js"),a.e("actions-watch.js")]).then(a.bind(a,44949));return(await(0,t.Y)(e,"watch",r)).ended}})},
};
