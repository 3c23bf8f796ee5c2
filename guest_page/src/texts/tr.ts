import type { Texts } from "./en.ts";

export const texts: Texts = {
  digits: "0123456789",
  title: "Oturum",
  quickExit: "Bu sayfadan hemen çık",
  wait: "Lütfen bekleyin…",

  chooseLanguage: "Dilinizi seçin",
  continue: "Devam",

  problemName: "Lütfen bir ad yazın.",
  problemNetwork: "Bağlantı yok. Lütfen ağınızı kontrol edip yeniden deneyin.",
  problemSlow: "Çok fazla deneme. Lütfen bir dakika bekleyip yeniden deneyin.",
  problemOther: "Olmadı. Lütfen yeniden deneyin.",
  tryAgain: "Yeniden dene",

  lostTitle: "Bu bağlantı çalışmıyor",
  lostText: "Çok eski olabilir veya bir parçası eksik olabilir. Bağlantıyı size gönderen kişiden yeni bir bağlantı isteyin.",
  askForLink: "Yeni bağlantı isteyin",
  askedTitle: "Teşekkürler",
  askedText: "Bu bağlantı bizden geldiyse, gönderen kişi yeni bir bağlantıya ihtiyacınız olduğunu şimdi okur. Bu sayfayı kapatabilirsiniz.",
  phone: "Telefonla da arayabilirsiniz: {phone}.",

  unreachableTitle: "Bağlantı yok",
  unreachableText: "Bu sayfaya ulaşılamadı. Lütfen ağınızı kontrol edin. Sayfa kendiliğinden yeniden dener.",

  elsewhereTitle: "Bu sayfa başka bir sekmede açık",
  elsewhereText: "Aynı anda tek sekmede kullanılabilir.",
  useHere: "Burada kullan",

  leftTitle: "Ayrıldınız",
  leftText: "Aynı bağlantıyla geri gelebilirsiniz. Yazılanlar hâlâ orada.",
  comeBack: "Geri gel",

  endedTitle: "Bu oturum sona erdi",
  endedClosed: "Burada olduğunuz için teşekkürler.",
  endedCancelled: "İptal edildi. Yeni bir tarih olursa size haber verilir.",
  endedRemoved: "Artık bu oturumda değilsiniz.",
  wiped: "Bu sayfanın cihazınızda tuttuğu her şey silindi. Sayfayı kapatabilirsiniz.",
};
