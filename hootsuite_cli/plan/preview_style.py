"""How the calendar looks: readable at 390 and at 1280 pixels, light and dark."""

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--warn:#b45309}
*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:1rem;max-width:1500px;
overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
h3{font-size:.85rem;margin:0 0 .4rem;opacity:.75}header p{margin:.2rem 0}
input[name=view]{position:absolute;opacity:0}
label{display:inline-block;padding:.4rem 1rem;border:1px solid var(--line);border-radius:.5rem;
margin:.75rem .25rem 0 0;cursor:pointer}
input:checked+label{background:#2563eb;color:#fff}
input:focus-visible+label{outline:3px solid #2563eb66}
.months{display:none}
#by-month:checked~.months{display:block}#by-month:checked~.weeks{display:none}
.week{display:grid;grid-template-columns:repeat(7,minmax(0,1fr));gap:.5rem}
.day{background:var(--soft);border-radius:.5rem;padding:.5rem;min-width:0}
article{border:1px solid var(--line);border-radius:.5rem;padding:.5rem;margin-bottom:.5rem}
article p{margin:.2rem 0}.at{font-weight:600}.row{font-weight:400;opacity:.65;font-size:.8rem}
.text{white-space:pre-wrap}.file{font-size:.8rem;opacity:.75}
article img{max-width:100%;max-height:10rem;border-radius:.35rem;display:block}
.warning,.warned{color:var(--warn);font-weight:600;font-size:.85rem}
.warning::before{content:"! "}
.chip{display:inline-block;border-radius:.6rem;padding:.1rem .55rem;
margin-bottom:.15rem;font-size:.75rem;
background:#4b5563;color:#fff}
.problems{border:2px solid #b91c1c;border-radius:.5rem;padding:.25rem 1rem;margin-top:1rem}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin-top:1.5rem}
caption{font-size:1.1rem;font-weight:600;text-align:left;padding-bottom:.5rem}
th{font-size:.8rem;font-weight:500}
td{border:1px solid var(--line);vertical-align:top;height:5.5rem;padding:.25rem;font-size:.8rem}
.out{background:var(--soft)}td ul{list-style:none;margin:0;padding:0}
td li{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;border-left:3px solid #4b5563;
padding-left:.25rem;margin-top:.15rem}
.chip.facebook{background:#1455b5}.chip.instagram{background:#b3246b}
.chip.linkedin{background:#0a5a9c}.chip.pinterest{background:#b3001b}.chip.x{background:#111}
.chip.threads{background:#333}.chip.tiktok{background:#0b4f52}.chip.youtube{background:#b00}
.chip.whatsapp{background:#0b6b3a}
li.facebook{border-color:#1877f2}li.instagram{border-color:#e1306c}
li.linkedin{border-color:#0a66c2}li.pinterest{border-color:#e60023}li.x{border-color:#888}
li.tiktok{border-color:#25f4ee}li.youtube{border-color:#f00}li.whatsapp{border-color:#25d366}
@media(prefers-color-scheme:dark){:root{--warn:#fbbf24}}
@media(max-width:900px){.week{grid-template-columns:minmax(0,1fr)}.day.empty{display:none}
td{height:3.2rem}td li span{display:none}}
@media print{label,input{display:none}}
"""
