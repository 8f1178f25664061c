//{"strict":true,"ids":["steps-notify.js"],"needs":["common-domain-notify-note.js","common-domain-report-render.js"],"modules":{"66164":[27,267,3,"Dl,Z6,fL"]}}
exports.modules={
"66164":
(t,s,$)=>{function n({GITHUB_SERVER_URL:t="https://github.com"}){return/^https:\/\/[\w.:-]+$/.test(t)?t:void 0}$.d(s,{Dl:()=>n,Z6:()=>o,fL:()=>i});const o=t=>/^[\w.-]+\/[\w.-]+$/.test(t??""),i=(t,s,$,n)=>`${t}/${s}/actions/runs/${$}${void 0===n?"":`/attempts/${n}`}`},
};
