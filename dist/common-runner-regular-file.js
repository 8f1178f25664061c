//{"strict":true,"ids":[],"needs":[],"modules":{"11789":[27,453,3,"g"],"33032":[491,420,5,"j,t"],"38595":[922,628,7,"X"],"46727":[1561,387,9,"G,b"]}}
exports.modules={
"11789":
(e,t,n)=>{n.d(t,{g:()=>u});const r=(e,...t)=>t.every((t,n)=>e[n]===t);function o(e,t){try{return new TextDecoder(t,{fatal:!0}).decode(e)}catch{return}}function u(e){if(r(e,255,254,0,0)||r(e,0,0,254,255))return{looksLike:"UTF-32"};if(r(e,255,254)||r(e,254,255)||e.includes(0))return{looksLike:"UTF-16"};const t=o(e,"utf-8");if(void 0!==t)return{text:t};const n=o(e,"euc-kr");return{looksLike:void 0!==n&&/\p{Script=Hangul}/u.test(n)?"EUC-KR":"unknown"}}},
"33032":
(t,e,o)=>{o.d(e,{j:()=>c,t:()=>u});var r=o(38273),n=o(38595);function c({GITHUB_EVENT_PATH:t}){try{const e=t?JSON.parse((0,n.X)(t)):void 0;return(0,r.isObject)(e)?e:{}}catch{return{}}}function u(t,{GITHUB_REPOSITORY:e=""}){const{repo:o}=(0,r.objectOf)((0,r.objectOf)(t.pull_request).head);if(null===o)return!0;const n=(0,r.textOf)((0,r.objectOf)(o).full_name);return void 0===n?void 0:n.toLowerCase()!==e.toLowerCase()}},
"38595":
(t,n,o)=>{o.d(n,{X:()=>c});var i=o(73024),r=o(11789),e=o(46727);const s=67108864;function c(t){const n=(0,i.openSync)(t,i.constants.O_RDONLY|(i.constants.O_NONBLOCK??0));try{const t=(0,i.fstatSync)(n);if(!t.isFile())throw new Error("it is not a regular file");if(t.size>s)throw new Error("it is larger than 64 MiB");const o=(0,i.readFileSync)(n),c=(0,e.G)(o);if(c)throw new Error(`it is a ${c} pointer, not the file itself. ${e.b[c]}`);const{text:a,looksLike:l}=(0,r.g)(o);if(void 0!==a)return a;const f="unknown"===l?"it is not UTF-8":`it looks like ${l}`;throw new Error(`${f}. Save it as UTF-8`)}finally{(0,i.closeSync)(n)}}},
"46727":
(t,e,n)=>{function i(t){const e=new TextDecoder("latin1").decode(t.subarray(0,100));return/^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//.test(e)?"Git LFS":/^(\.git)?\/annex\/objects\//.test(e)?"git-annex":void 0}n.d(e,{G:()=>i,b:()=>s});const s={"Git LFS":"Check out with lfs: true (actions/checkout), or run git lfs pull.","git-annex":"Run git annex get before this step."}},
};
