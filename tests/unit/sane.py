"""Rules, addresses, sources and subscriptions as people have them: the linter has nothing to say of any."""

from __future__ import annotations

RULES = r"""
"large language model" OR LLM
(LLM OR "language model") AND (hallucination OR factuality)
"retrieval augmented generation" OR "retrieval-augmented generation" OR =RAG
"mixture of experts" OR MoE
transformer NOT (electrical OR "power grid")
"graph neural network" OR GNN
diffusion "video generation" -survey
"reinforcement learning" AND robot* NOT game
RLHF OR "reinforcement learning from human feedback" OR DPO
"speculative decoding" OR "assisted generation"
"in-context learning" OR few-shot
"chain of thought" OR "chain-of-thought" OR CoT
"state space model" OR Mamba
"neural radiance field" OR NeRF OR "Gaussian splatting"
SAM OR "segment anything"
"protein folding" OR AlphaFold* OR "structure prediction"
CRISPR AND (off-target OR "base editing")
CRISPR-Cas9 OR CRISPR/Cas9
"single-cell RNA-seq" OR scRNA-seq OR "single cell"
"spatial transcriptomics"
TNF-α OR TNFα OR IL-6 OR IL-1β
IFN-γ AND "T cell"
CD4+ OR CD8+
CAR-T OR "chimeric antigen receptor"
PD-1 OR PD-L1
"SARS-CoV-2" OR COVID-19 OR coronavirus
H5N1 OR "avian influenza"
"Alzheimer's disease" OR amyloid OR Aβ42
"Parkinson's disease" AND α-synuclein
BRCA1 OR BRCA2
p53 OR TP53
mTOR OR mTORC1
NF-κB
GLP-1 OR semaglutide
"type 2 diabetes" AND (metformin OR insulin)
microbiome OR microbiota
"E. coli" OR "Escherichia coli"
"C. elegans"
"S. cerevisiae" OR yeast
"Drosophila melanogaster"
Arabidopsis
"A. thaliana"
CO2 OR "carbon dioxide"
CO₂ reduction
Ca2+ OR "calcium signalling"
Na+/K+-ATPase
H2O2
TiO2 OR MoS2 OR WSe2
"lithium-ion battery" OR "Li-ion"
perovskite AND (stability OR efficiency)
MAPbI3
"density functional theory" OR DFT
"machine learning" potential*
"ab initio"
"quantum error correction"
qubit* -annealing
"surface code"
SU(2) OR SU(3)
AdS/CFT
"N=4 SYM"
"black hole" AND (merger OR ringdown)
"gravitational wave" OR LIGO
"fast radio burst" OR FRB
"dark matter" -MOND
H0 OR "Hubble constant"
ΛCDM OR "Lambda-CDM"
exoplanet* JWST
"type Ia supernova"
"Lyman alpha" OR Lyα OR Ly-α
Hα emission
"Gaia DR3"
M31 OR Andromeda
Sgr A*
"A* search" OR A*
C*-algebra
L2 OR L^2
"L-function"
"Navier-Stokes"
"Riemann hypothesis"
"Erdős–Rényi"
"Schrödinger equation"
Möbius
k-means OR "k-means clustering"
k-NN
"n-gram"
p-value OR p-hacking
"t-SNE" OR UMAP
β-VAE
ε-greedy
"Monte Carlo" OR MCMC
"Markov chain"
"Kalman filter"
SLAM OR "visual odometry"
LiDAR
"self-driving" OR "autonomous driving"
UAV OR drone
"human-computer interaction" OR HCI
"eye tracking" OR gaze
accessibility AND "screen reader"
"code generation" OR "program synthesis"
SWE-bench
"C++" OR Rust OR Go
C# OR F#
.NET
R OR Python OR Julia
"smart contract"
"zero-knowledge proof" OR zk-SNARK
"post-quantum cryptography" OR lattice-based
AES OR RSA
"differential privacy"
"federated learning"
"adversarial example"
jailbreak* OR "prompt injection"
"AI safety" OR alignment
fairness AND (bias OR discrimination)
"explainable AI" OR XAI
"climate change" AND adaptation
"sea level"
ENSO OR "El Niño"
"Arctic sea ice"
PM2.5 OR "particulate matter"
"ocean acidification"
"land use"
"remote sensing" Sentinel-2
"earthquake early warning"
"urban planning" OR urbanism
"housing prices"
"monetary policy" OR "interest rate"
"randomized controlled trial"
"causal inference" OR "instrumental variable"
"difference-in-differences"
meta-analysis OR "systematic review"
"peer review"
bibliometric*
"open science" OR reproducibility
"sleep deprivation"
depression NOT economic
ADHD OR autism
EEG OR MEG OR fMRI
"brain-computer interface" OR BCI
"working memory"
dyslexia
"second language acquisition"
phonology
"machine translation" OR NMT
"low-resource language"
ASR OR "speech recognition"
TTS OR "text-to-speech"
"music information retrieval"
"optical character recognition" OR OCR
"document layout"
"time series" forecasting
"anomaly detection"
"recommender system" OR recommendation
"click-through rate"
"knowledge graph"
"question answering"
"information retrieval" -medical
"vector database" OR ANN
"KV cache" OR KV-cache
FP8 OR INT4 OR "4-bit"
quantization -quantum
LoRA OR QLoRA OR "parameter-efficient"
GPT-4 OR GPT-4o OR o1
Llama OR "Llama 3"
DeepSeek-R1
Qwen2.5 OR Qwen3
Claude OR Gemini
Mixtral-8x7B
ImageNet
MNIST
CIFAR-10
title:survey "large language model"
title:benchmark agent
abstract:"we release" dataset
author:"Yoshua Bengio" OR author:"Geoffrey Hinton"
author:Bengio title:consciousness
author:"de la Cruz"
author:"Ó Briain"
author:orcid:0000-0002-1825-0097
org:google OR org:deepmind
category:cs.CL AND agent
category:cs.* -category:cs.CV
category:q-bio.NC
category:astro-ph.GA quasar
category:hep-ph OR category:hep-th
category:neuroscience
venue:NeurIPS
venue:"Physical Review Letters"
note:"accepted at"
has:code agent
upvotes>=50
upvotes>=20 AND agent
agent comments>3
kite published>=2026-01-01
listed>=2026-01-01 agent
everything -survey
everything upvotes>=30
title:/\b[A-Z]{3,}Bench\b/
title:/(?i)large\s+language/
title:/^On the /
abstract:/\d+B parameters/
"agents memory"~5
"tool use"~2 OR tool-use
about:"KV cache"
about:agent
(a b) OR (c d)
=MCP OR "model context protocol"
=IT OR "information technology"
"ET" OR Einstein
ET telescope
"the who"
Norm AND Notation
HIV-1 OR HIV
"Mann–Whitney"
10,000 genomes
"1000 Genomes"
½ spin
spin-1/2
深度学习
"графовая нейронная сеть"
"intelligence artificielle"
"maschinelles Lernen" OR KI
"aprendizaje automático"
"gıda güvenliği"
"inteligência artificial"
"apprentissage profond" OR "réseaux de neurones"
SO(3) OR SE(3)-equivariant OR U(1)
Fe(II) OR Cr(VI)
"(R)-carvone"
[18F]FDG OR 18F-FDG
category:"Machine Learning" OR category:cs.LG
venue:"NeurIPS 2026"
author:"Y Bengio" OR author:"Y LeCun"
et al
title:/joh?n(ath[oa]n)/
""".strip().splitlines()

ADDRESSES = [
    "mailtos://ana:pw@mailbox.org",
    "mailtos://ana:pw@mail.ru",
    "mailtos://ana:pw@fastmail.com",
    "mailtos://ana:abcdabcdabcdabcd@gmail.com",
    "mailtos://bot:pw@lab.example?smtp=smtp.lab.example&to=ana@lab.example",
    "mailtos://apikey:pw@smtp.sendgrid.net:587?from=bot@lab.example&to=ana@lab.example",
    "mailto://relay.lab.example:25?from=bot@lab.example&to=ana@lab.example",
    "ntfys://ntfy.sh/my-papers-x7",
    "ntfys://ana:pw@ntfy.lab.example/the-lab,x",
    "slack://xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx/U0123ABCD",
    f"tgram://123456789:{'aB3_-' * 7}/12315544?thread=5",
    f"tgram://123456789:{'aB3_-' * 7}/@mychannel",
    "jsons://hook.lab.example/papers?-token=abc",
    "matrixs://bot:pw@matrix.lab.example/!abc:matrix.lab.example",
    "signal://localhost:8080/+4912345678/+4987654321",
    "rockets://bot:pw@chat.lab.example/%23papers",
    "nctalks://ana:pw@cloud.lab.example/abc123",
]
SOURCES = [
    "kind: arxiv, categories: [cs.CL, stat.ML], announce: [new, cross]",
    "kind: arxiv, via: api, query: 'ti:agent AND cat:cs.CL', every: 6h",
    "kind: huggingface, listing: weekly, every: 6h",
    "kind: huggingface, every: auto, look_back: 7, follow: 30",
    "kind: feed, url: 'https://www.science.org/action/showFeed?type=etoc&feed=rss&jc=science'",
    "kind: feed, url: 'https://dl.acm.org/action/showFeed?type=etoc&feed=rss&jc=tods'",
    "kind: feed, url: 'https://onlinelibrary.wiley.com/feed/15214095/most-recent'",
    "kind: feed, url: 'https://journals.plos.org/plosone/feed/atom'",
    "kind: feed, url: 'https://academic.oup.com/rss/site_5127/3091.xml'",
    "kind: feed, url: 'https://link.springer.com/search.rss?facet-journal-id=10994&channel-name=ML'",
    "kind: feed, url: 'https://www.youtube.com/feeds/videos.xml?channel_id=UCabc'",
    "kind: feed, url: 'https://www.reddit.com/r/MachineLearning/.rss'",
    "kind: feed, url: 'http://wiki/feed.xml', every: 1m",
    "kind: feed, url: 'http://feeds.lab.example/x', every: 5m",
    "kind: html, url: 'https://aclanthology.org/events/acl-2026/', item: p, title: strong",
    "kind: html, url: 'https://journals.plos.org/plosone/', item: li, title: a",
    "kind: oai, url: 'https://zenodo.org/oai2d', set: user-x, every: 1d",
    "kind: openalex, cites: ['arXiv:2403.01779']",
    "kind: openalex, institution: 'https://ror.org/03yrm5c26'",
    "kind: biorxiv, every: 1d, look_back: 7",
    "kind: inbox, folder: there, every: 1m",
]
