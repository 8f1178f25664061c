//{"strict":true,"ids":["actions-pipeline-post.js"],"needs":[],"modules":{"69312":[27,692,3,"pipelinePost"]}}
exports.modules={
"69312":
(e,n,t)=>{t.r(n),t.d(n,{pipelinePost:()=>l});var o=t(60531),a=t(46068),s=t(8931),c=t(35686),r=t(45447);const l=async e=>{const n=(0,o.newReport)("pipeline");n.verdict="pass";const t=e.state(r._.job);if(""===t||"true"===e.state(r._.over))return n.reason="Nothing to cancel.",{report:n,annotate:!1,summary:!1};const l=(0,s.l)(e);e.inputs.done();const{clock:i,log:d,signal:p}=e,u=await(0,c.w)(e,l,void 0),g=await(0,a.d)({pipelines:u,log:d},t,p);return n.reason=`${{ended:"It had ended",cancelled:"Cancelled","goes on":"It could not be cancelled"}[g]}: ${t}.`,"cancelled"===g&&n.actions_taken.push({at:new Date(i.now()).toISOString(),what:n.reason}),{report:n,annotate:"goes on"===g,summary:!1}}},
};
