//{"strict":true,"ids":["actions-notify.js","steps-notify.js"],"needs":["common-domain-notify-note.js","common-domain-report-render.js"],"modules":{"55254":[27,297,3,"V"],"66164":[335,267,5,"Dl,Z6,fL"]}}
exports.modules={
"55254":
(e,t,r)=>{function a(e,t){const r=e["retry-after"]?.trim()??"";if(/^\d+(\.\d+)?$/.test(r))return 1e3*Number(r);if(!/^[A-Za-z]{3}.*\d{4}/.test(r))return;const a=Date.parse(e.date??""),i=Date.parse(r)-(Number.isNaN(a)?t??Number.NaN:a);return Number.isFinite(i)?Math.max(0,i):void 0}r.d(t,{V:()=>a})},
"66164":
(t,s,$)=>{function n({GITHUB_SERVER_URL:t="https://github.com"}){return/^https:\/\/[\w.:-]+$/.test(t)?t:void 0}$.d(s,{Dl:()=>n,Z6:()=>o,fL:()=>i});const o=t=>/^[\w.-]+\/[\w.-]+$/.test(t??""),i=(t,s,$,n)=>`${t}/${s}/actions/runs/${$}${void 0===n?"":`/attempts/${n}`}`},
};
