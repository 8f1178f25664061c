//{"strict":true,"ids":["cli-google.js"],"needs":["common-domain-report-render.js","common-domain-text-span.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{"53741":[27,588,3,"openGoogle,restsOn"]}}
exports.modules={
"53741":
(o,e,n)=>{n.r(e),n.d(e,{openGoogle:()=>s,restsOn:()=>v});var i=n(59902),r=n(2519),t=n(12061),d=n(34377);function s(o,e){const n=(0,i.mN)(o,{project_id:e,workload_identity_provider:void 0,service_account:void 0,invoker_service_account:void 0,audience:void 0,delegates:void 0,universe:void 0,trusted_endpoints:void 0,request_reason:void 0});o.inputs.done();const s=v(o);if(!(0,t.$i)(s))for(const e of(0,d.h)(s))o.log.line(`This rests on more than Google Cloud: ${e}`);return(0,r.openPlatform)(o,n)}function v({env:o,localLogin:e}){return(0,t.gp)(o,{universe:void 0,logsInHere:void 0!==e})}},
};
