//{"strict":true,"ids":["domain-summary-release-view-2.js","domain-summary-release-view.js"],"needs":["common-domain-deploy-plan-text.js","common-domain-ocr-alignment.js","common-domain-report-render.js","common-domain-slo-absence.js","common-domain-smoke-champion-compare.js","common-domain-summary-release-next.js"],"modules":{"32468":[27,364,3,"L"],"94686":[402,549,5,"x"]}}
exports.modules={
"32468":
(e,t,r)=>{r.d(t,{L:()=>u});const u={"budget-exhausted":{title:"The error budget is spent",severity:"varies",why:"Every further failure breaks the objective, and a release is the usual source of failures."},"budget-unknown":{title:"The error budget could not be read",severity:"medium",why:"Without the counts, the gate cannot tell whether there is budget left."}}},
"94686":
(e,t,s)=>{s.d(t,{x:()=>o});const o={"counts-doubtful":{title:"The counters of requests may not be what they say",severity:"varies",why:"A counter that does not exist, or that counts a request twice, gives numbers that are not real."},"nothing-checked":{title:"Nothing was checked",severity:"medium",why:"No request reached the new revision, so it is unknown whether it works."},"watch-blind":{title:"The watch could not see all requests",severity:"varies",why:"A watch that sees only a part proves less, and one that sees nothing proves nothing."}}},
};
