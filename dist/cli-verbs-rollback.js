//{"strict":true,"ids":["cli-verbs-rollback.js"],"needs":[],"modules":{"58763":[27,50,3,"w"],"72745":[88,779,5,"rollback"]}}
exports.modules={
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
"72745":
(a,e,r)=>{r.r(e),r.d(e,{rollback:()=>t});var o=r(81357),s=r(73412);const t=(0,r(58763).w)({about:["Moves the traffic back, as actions/rollback does, and proves that the revision answers. `dry_run` only shows what would happen."],login:!0,action:"rollback",without:["notify"],flags:{},examples:[`${o.yR} rollback --project my-project --name ocr-api --dry-run`,`${o.yR} rollback --project my-project --name ocr-api --to stable`],run:async a=>{const{rollback:e}=await Promise.all([r.e("shared-domain-traffic-parse-record.js"),r.e("shared-sli-prometheus-definition.js"),r.e("shared-gcp-functions.js"),r.e("shared-steps-traffic-change-traffic.js"),r.e("shared-domain-traffic-settle.js"),r.e("actions-rollback.js")]).then(r.bind(r,13298));return(await(0,s.Y)(a,"rollback",e)).ended}})},
};
